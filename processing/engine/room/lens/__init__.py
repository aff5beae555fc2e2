"""What a lens does to a photo of a room, and taking it back."""
