"""The native API of listings."""
