"""Who else is told what happens?"""
