"""Backgrounds: built in, an account's own, painted from words, kept at hand."""
