"""What the destinations share, as one value."""
