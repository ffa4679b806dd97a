"""Which questions and changes does each group of tables know?"""
