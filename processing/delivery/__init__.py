"""How the outside learns what happened: events, and what is made of them."""
