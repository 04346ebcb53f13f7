"""Ids of items that have none: a hash of their names."""

import hashlib

import pyarrow as pa
import pyarrow.compute as pc


def named_ids(creators: pa.Array, titles: pa.Array) -> pa.Array:
    """`name-` and 16 hexadecimal digits of each item [n] string; "" where it has no title.

    The hash is that of both names in lower case, without blanks around them.
    """
    creators, titles = (pc.utf8_lower(pc.utf8_trim_whitespace(names)) for names in (creators, titles))
    names = pc.if_else(pc.equal(titles, ""), "", pc.binary_join_element_wise(creators, titles, "\t"))
    encoded = names.dictionary_encode()
    return pa.array(map(_hashed, encoded.dictionary.to_pylist()), pa.string()).take(encoded.indices)


def _hashed(name: str) -> str:
    return f"name-{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}" if name else ""
