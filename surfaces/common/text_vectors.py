"""What texts mean, as static vectors: an average of vectors of word pieces that ship inside the wordllama package.

The package isn't imported: its own loader looks for the tokenizer in the user's cache alone and downloads what it
misses, and its import sets up logging for the whole process. Its two files are read where they lie.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from scipy import sparse
from tokenizers import Tokenizer

Vectors: TypeAlias = npt.NDArray[np.float32]

DIMENSION: Final = 256
"""Numbers in a vector; the first 64 and 128 of them are vectors too."""
_WEIGHTS: Final = "weights/l2_supercat_256.safetensors"
_TOKENIZER: Final = "tokenizers/l2_supercat_tokenizer_config.json"
_BATCH: Final = 4096


class TextVectors:
    """Turns texts into vectors; safe to use from any number of threads.

    Args:
        dimension: how many numbers a vector has: 64, 128 or 256.
    """

    def __init__(self, dimension: int = DIMENSION) -> None:
        folder = _package_folder("wordllama")
        pieces = load_file(folder / _WEIGHTS)["embedding.weight"]
        self._pieces = np.ascontiguousarray(pieces[:, :dimension], np.float32)
        self._tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Computes the vectors of texts [n, dimension], of length 1; of length 0 for a text without a letter."""
        parts = [self._embed(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, self._pieces.shape[1]), np.float32)

    def is_common(self, word: str) -> bool:
        """Whether a word of small letters is common enough to be a piece of its own."""
        return self._tokenizer.token_to_id(f"▁{word}") is not None

    def _embed(self, texts: Sequence[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch_fast(
            [text.strip() for text in texts], add_special_tokens=False
        )
        ids = [one.ids for one in encoded]
        ends = np.cumsum([0, *map(len, ids)])
        used = np.concatenate([np.zeros(0, np.int64), *map(np.array, ids)]).astype(np.int32)
        counts = sparse.csr_matrix(
            (np.ones(len(used), np.float32), used, ends), (len(texts), len(self._pieces))
        )
        sums = np.asarray(counts @ self._pieces)
        return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)


@cache
def text_vectors() -> TextVectors:
    """The vectors of the full dimension, read once for all destinations and catalogues."""
    return TextVectors()


def _package_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"the package {package} isn't installed: run `make setup`")
    return Path(spec.submodule_search_locations[0])
