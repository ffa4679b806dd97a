"""What do sums of time and money say, and are they right?"""
