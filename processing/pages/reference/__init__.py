"""Reference images: their page, and where forms choose among them."""
