"""What was played since the log ended, as players tell it."""
