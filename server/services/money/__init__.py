"""What does time cost, and how much money is there for it?"""
