"""How pictures come in: uploads, addresses, results, and the limits on request bodies."""
