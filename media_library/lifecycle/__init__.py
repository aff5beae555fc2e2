"""What becomes of pictures that are deleted, of what an account takes along, and of what was lost."""
