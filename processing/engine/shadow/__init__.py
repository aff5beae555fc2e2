"""Shadows cast by the matte."""
