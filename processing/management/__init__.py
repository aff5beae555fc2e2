"""Commands of the processing app."""
