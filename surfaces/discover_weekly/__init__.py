"""Discover Weekly: thirty tracks that a listener has never played, from Monday, the same all week."""
