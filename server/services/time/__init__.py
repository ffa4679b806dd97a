"""How do people and their devices record, see and correct time?"""
