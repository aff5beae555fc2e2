"""Text laid over photos, and how well it is taken off again."""
