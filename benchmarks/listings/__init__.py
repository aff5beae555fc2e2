"""What is measured of listings' words."""
