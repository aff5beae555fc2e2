"""Endpoints of accounts: sign-up, sessions, API keys, usage."""
