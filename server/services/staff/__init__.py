"""Who works here, and how do they come in and leave?"""
