"""Batches: starting them, what they have come to, what comes out of them as one file."""
