"""Signing in and staying signed in: passwords, sessions, token pairs."""
