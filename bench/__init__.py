"""Measurements that `make bench-*` runs; not tests. Data are invented."""
