"""How often what recognition says of an item is true, on photos whose facts a person wrote down."""
