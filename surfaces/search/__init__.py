"""Search: items, creators, shows and genres as one set of results."""
