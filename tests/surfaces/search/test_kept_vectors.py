from pathlib import Path

import numpy as np
import pytest

from surfaces.common.text_vectors import TextVectors, Vectors, text_vectors
from surfaces.search.kept_vectors import kept_vectors

TEXTS = ("a calm song", "a loud song")


class Unable(TextVectors):
    """Makes no vectors: what is answered was kept."""

    def __init__(self) -> None:
        pass

    def embed(self, texts: object) -> Vectors:
        raise AssertionError("these were kept")


def test_vectors_are_made_once_and_read_at_the_next_start(tmp_path: Path) -> None:
    first = kept_vectors(TEXTS[:2], text_vectors(), tmp_path)
    assert np.array_equal(kept_vectors(TEXTS[:2], Unable(), tmp_path), first)
    assert np.array_equal(kept_vectors(TEXTS[:2], text_vectors(), None), first)
    with pytest.raises(AssertionError, match="kept"):
        kept_vectors(("a calm", "song"), Unable(), tmp_path)


def test_vectors_of_other_texts_take_their_place(tmp_path: Path) -> None:
    kept_vectors(TEXTS[:1], text_vectors(), tmp_path)
    kept_vectors(TEXTS[1:2], text_vectors(), tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_broken_file_is_made_anew(tmp_path: Path) -> None:
    first = kept_vectors(TEXTS[:2], text_vectors(), tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:200])
    assert np.array_equal(kept_vectors(TEXTS[:2], text_vectors(), tmp_path), first)
    assert np.array_equal(kept_vectors(TEXTS[:2], Unable(), tmp_path), first)


def test_where_nothing_can_be_written_they_are_made_each_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert kept_vectors(TEXTS[:1], text_vectors(), tmp_path / "file").shape[0] == 1
