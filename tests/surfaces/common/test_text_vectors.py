import socket

import numpy as np
import pytest

from surfaces.common.text_vectors import DIMENSION, TextVectors


@pytest.fixture(scope="module")
def vectors() -> TextVectors:
    return TextVectors()


def test_the_vectors_are_those_of_wordllama(vectors: TextVectors, monkeypatch: pytest.MonkeyPatch):
    from wordllama import WordLlama

    from surfaces.common.text_vectors import _package_folder

    folder = _package_folder("wordllama")
    monkeypatch.setattr(WordLlama, "get_cache_dir", lambda is_tokenizer_config=False: folder / "tokenizers")
    theirs = WordLlama.load(disable_download=True)
    texts = ["rainy night jazz", "a podcast about crime", "Дождь в городе", "東京の夜"]
    np.testing.assert_allclose(vectors.embed(texts), theirs.embed(texts, norm=True), atol=1e-5)


def test_texts_that_mean_alike_lie_nearer(vectors: TextVectors):
    query, near, far = vectors.embed(["songs for a wedding", "marriage party music", "quarterly tax law"])
    assert query @ near > query @ far + 0.1


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert TextVectors(64).embed(["piano"]).shape == (1, 64)


def test_a_text_without_letters_has_no_direction(vectors: TextVectors):
    assert vectors.embed(["", "   "]).tolist() == [[0.0] * DIMENSION] * 2
    assert vectors.embed([]).shape == (0, DIMENSION)
