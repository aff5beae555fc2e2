"""Who is calling and what they may do: credentials, scopes, guards of pages and endpoints."""
