"""The background removed by one call, the picture placed by shares of the photo.

Its document calls a color, a margin or a scale what it is in words of its own; what it leaves open is told in
docs/migrating.md.
"""
