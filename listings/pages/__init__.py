"""Pages on listings, sold items and exports."""
