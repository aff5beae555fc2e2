"""Measurements of the engine and of recognition, in this process."""
