"""Dagster: which assets, checks, schedules and sensors exist, and what they call.

No logic belongs here: each definition calls one function of the packages beside this one and
says what a data engineer wants to see of it.
"""
