"""On what is time spent?"""
