"""Text in pictures: finding it and removing it."""
