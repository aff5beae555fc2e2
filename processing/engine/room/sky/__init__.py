"""Skies of house photos: found, matted, drawn anew, and put in their place."""
