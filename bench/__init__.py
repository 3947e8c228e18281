"""Measurements of what an operator waits for, held to what we promise; no part of the program."""
