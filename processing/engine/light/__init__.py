"""Exposure, white balance, contrast, and how a scene is lit."""
