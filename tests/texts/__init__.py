"""The texts of pages: which are marked for translation, and which escaped."""
