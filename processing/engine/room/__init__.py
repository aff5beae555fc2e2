"""Photos of rooms and houses: their light and colors, and walls that lean."""
