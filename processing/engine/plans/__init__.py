"""What shall be done to a picture: frozen, checked definitions."""
