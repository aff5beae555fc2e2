"""Saying what one thinks of a result."""
