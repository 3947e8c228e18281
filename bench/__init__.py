"""Measurements and fits, held to what we promise; no part of the program."""
