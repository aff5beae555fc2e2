"""Endpoints of images and projects."""
