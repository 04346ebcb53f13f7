"""The DJ: an endless session in segments with a theme each, a few true lines before each, steered in words."""
