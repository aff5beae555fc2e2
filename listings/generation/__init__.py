"""Generating a listing: recognise, write, price."""
