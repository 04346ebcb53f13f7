"""The run functions of the two trainers, and what they share."""
