"""Whose account it is: no wrong match, and nothing of anybody else is read, said or kept."""
