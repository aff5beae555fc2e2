"""Who is asked about a photo, and who is believed."""
