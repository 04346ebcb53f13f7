"""What a listener says to the DJ, understood without a language model, and what it changes."""
