"""Makers of backgrounds that run elsewhere and are asked over HTTP."""
