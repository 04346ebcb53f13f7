"""Starts the destinations over a HOME: its pushed catalogue, the log of its last run, a model server."""
