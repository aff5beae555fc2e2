"""How pictures shall look: ready looks, saved ones, packs of them, a house's own, a project's, the brand kit."""
