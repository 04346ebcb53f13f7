"""What the log of the last run tells of listeners and items."""
