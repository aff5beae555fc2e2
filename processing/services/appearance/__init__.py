"""How pictures shall look: ready looks, saved ones, a house's own, a project's, the brand kit."""
