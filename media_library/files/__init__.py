"""Where picture files are kept, and how they are served."""
