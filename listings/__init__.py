"""What sellers sell: listings, checked, written, priced and exported."""
