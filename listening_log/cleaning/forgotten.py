"""The listeners who asked to be forgotten, as salted hashes: the file that leaves them out doesn't name them.

The salt is the file's own, drawn once, so the same listener's hash is another in every HOME. Whoever has the
file and an id can tell whether it is in there (that is what it is for); the ids can't be read from it.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from listening_log.errors import UserError
from listening_log.storage.atomic import write_text


@dataclass(frozen=True)
class Forgotten:
    """A set of listeners that can be asked, and not read.

    Attributes:
        salt: key of the hashes, in hexadecimal; "" while nobody is in the set.
        hashes: of each listener, in hexadecimal.
    """

    salt: str = ""
    hashes: frozenset[str] = frozenset()

    @staticmethod
    def load(path: str | None) -> "Forgotten":
        """Reads a file that `save` wrote; "", None or an absent file: nobody.

        Raises:
            UserError: the file can't be read, or is no such file: a listener must not come back through a fault.
        """
        try:
            text = Path(path).read_text(encoding="utf-8") if path else ""
        except FileNotFoundError:
            text = ""
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"{path}: cannot read who is to be forgotten: {error}") from error
        if not text:
            return Forgotten()
        try:
            content = json.loads(text)
            salt, hashes = content["salt"], frozenset(content["listeners"])
            if not bytes.fromhex(salt) or not all(len(bytes.fromhex(each)) == 32 for each in hashes):
                raise ValueError("an empty salt or a hash of another length")
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{path}: expected what `upnext forget` writes: {error}") from error
        return Forgotten(salt, hashes)

    @property
    def digest(self) -> str:
        """Changes with the set; "" while nobody is in it."""
        if not self.hashes:
            return ""
        return hashlib.sha256("\n".join([self.salt, *sorted(self.hashes)]).encode()).hexdigest()

    def __contains__(self, user_id: str) -> bool:
        return bool(self.hashes) and self._hash(user_id) in self.hashes

    def mask(self, user_ids: pa.Array | pa.ChunkedArray) -> np.ndarray:
        """Tells which rows to leave out.

        Args:
            user_ids: strings [n], plain or dictionary-encoded; a null is nobody.

        Returns:
            bool [n], true for a listener to leave out.
        """
        if not self.hashes or not len(user_ids):
            return np.zeros(len(user_ids), bool)
        whole = user_ids.combine_chunks() if isinstance(user_ids, pa.ChunkedArray) else user_ids
        if isinstance(whole, pa.ChunkedArray):  # combine_chunks of several chunks of dictionaries
            whole = whole.chunk(0)
        encoded = whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()
        # once for each listener, not for each of their events; the last place is that of a null
        out = [user_id is not None and user_id in self for user_id in encoded.dictionary.to_pylist()]
        places = encoded.indices.fill_null(len(out)).to_numpy(zero_copy_only=False)
        return np.array([*out, False])[places]

    def with_user(self, user_id: str) -> "Forgotten":
        """The set with one more listener; the same one if they are in it already."""
        with_salt = self if self.salt else Forgotten(secrets.token_hex(16))
        return Forgotten(with_salt.salt, with_salt.hashes | {with_salt._hash(user_id)})

    def save(self, path: str | Path) -> None:
        """Writes the set, or leaves the file as it was.

        Raises:
            OSError: the file can't be written.
        """
        content = {"salt": self.salt, "listeners": sorted(self.hashes)}
        write_text(path, json.dumps(content, indent=1) + "\n")

    def _hash(self, user_id: str) -> str:
        key = bytes.fromhex(self.salt)
        return hashlib.blake2b(user_id.encode("utf-8", "surrogatepass"), key=key, digest_size=32).hexdigest()
