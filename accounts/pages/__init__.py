"""Pages on one's own account."""
