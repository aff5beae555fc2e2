"""What single formats tell before a decoder runs, or where Pillow has none."""
