"""Making the tree of categories from public taxonomies."""
