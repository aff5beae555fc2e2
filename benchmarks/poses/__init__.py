"""How products are posed in photos: labels given by eye, what learns from them, and what is measured by them."""
