"""Pages on what the media library has."""
