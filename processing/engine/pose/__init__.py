"""How a product is posed in its photo, told from the photo and its matte."""
