"""Who puts what is known of an item into a listing's words: rules of our own, or a language model."""
