"""What a listener has set: what they never want, and the way back."""
