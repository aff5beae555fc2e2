"""Scenes that face the camera: surfaces from straight above, and walls with nothing before them."""
