"""Cutting out: from a coarse matte to an alpha channel and clean colors."""
