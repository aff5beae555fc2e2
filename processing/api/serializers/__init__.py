"""What endpoints take and answer."""
