"""Every call that clients offer, once for both kinds: generators of steps (`packshot.steps`)."""
