"""What sellers sell. Empty until listings are written (see docs/architecture.md)."""
