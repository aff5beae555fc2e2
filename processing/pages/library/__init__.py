"""The library and its projects: pictures found, selected, moved, deleted."""
