"""Photos of rooms: how long they take, and how well tilts, skies and exposures come out."""
