"""Making and changing listings: what endpoints call."""
