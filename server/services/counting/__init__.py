"""What do all facts together count, and what runs?"""
