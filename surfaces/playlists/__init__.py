"""AI Playlists: a prompt becomes a typed query, the query a list that satisfies it by construction."""
