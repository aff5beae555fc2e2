"""Looks: their page, cards and form."""
