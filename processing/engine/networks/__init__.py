"""Neural networks: their weights, sessions and the memory they may take."""
