"""Commands of the media library."""
