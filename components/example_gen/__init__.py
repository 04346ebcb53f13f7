"""The example generator: a listening log in, windows of histories and the catalogue's items out."""
