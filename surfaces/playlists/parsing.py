"""`understand`: a prompt as a typed query, and the words that weren't understood."""

from typing import NamedTuple

from surfaces.playlists.query import Query
from surfaces.playlists.reading import read
from surfaces.playlists.scanning import scan
from surfaces.playlists.vocabulary import Vocabulary


class Understood(NamedTuple):
    """A prompt's query, and what of it wasn't understood."""

    query: Query
    not_understood: tuple[str, ...]


def understand(prompt: str, vocabulary: Vocabulary) -> Understood:
    """Reads a first prompt; nothing is guessed: words that no table, name or number explains are said."""
    draft = read(scan(prompt, vocabulary), vocabulary)
    return Understood(draft.query(), tuple(draft.not_understood))
