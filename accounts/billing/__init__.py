"""Changes of plan: what they come to, who decides about them, and how people are told."""
