"""Memories of what follows what, in closed form: no gradient step."""
