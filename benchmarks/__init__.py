"""Measurements that a person runs; nothing of the site imports them."""
