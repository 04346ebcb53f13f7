"""What is known when segments are put together: the listener, the session, what came of it, and plans."""
