"""What sellers ask backgrounds for, and how much of it is understood."""
