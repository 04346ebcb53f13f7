"""What the DJ says: claims, the sentences that state them, and a checker that believes neither."""
