"""Pages on pictures and the work on them."""
