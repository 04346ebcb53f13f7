"""The listening room: a page where the destinations are tried by hand, and what it asks beside them."""
