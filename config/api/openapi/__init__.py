"""The OpenAPI document: hooks that complete it, and how it is served."""
