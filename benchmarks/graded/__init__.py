"""Cutouts of photos by sellers, graded by eye."""
