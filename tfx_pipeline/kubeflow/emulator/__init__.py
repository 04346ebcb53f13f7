"""Runs a compiled pipeline as a cluster would: task by task, each as its container's own command."""
