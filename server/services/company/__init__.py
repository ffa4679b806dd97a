"""What holds for the whole company and this server?"""
