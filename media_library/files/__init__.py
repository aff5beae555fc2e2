"""Where picture files are kept, how they are served, and how leftovers are removed."""
