"""How accounts end: what is stopped and removed at once, and what a worker does afterwards."""
