"""What an item may sell for: from sold items like it, or else from a house table of estimates."""
