"""Whether the models answer."""
