"""How the recogniser's weights are made. Nothing here runs in the product."""
