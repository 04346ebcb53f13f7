"""What every destination speaks of: items, plays, moments, facts, and the models that are asked."""
