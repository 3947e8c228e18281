"""Measurements that say whether a promise about speed is kept; not part of the tests."""
