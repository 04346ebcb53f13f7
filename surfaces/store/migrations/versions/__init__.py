"""A module a form, in the order of their numbers."""
