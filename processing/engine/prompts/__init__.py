"""Words become a scene: vocabulary, grammar, and what was not understood."""
