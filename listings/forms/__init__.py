"""Forms on pages: they check what was typed, and never write."""
