"""Measurements of a whole site, which each starts in a temporary folder."""
