"""What the destinations remember between requests."""
