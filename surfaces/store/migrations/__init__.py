"""The forms that the store's tables have had, each with the way from the one before."""
