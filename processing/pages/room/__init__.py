"""Photos of rooms and houses in the studio and in batches."""
