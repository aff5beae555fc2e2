"""Props around the product, drawn by procedure."""
