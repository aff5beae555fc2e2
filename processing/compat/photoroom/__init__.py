"""Photoroom's API, so that a client of theirs works here once its base address is changed.

Both of the vendor's hosts live below ``/compat/photoroom``; their paths don't clash.
"""
