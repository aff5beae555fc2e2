"""Endpoints of looks, backgrounds and the brand kit."""
