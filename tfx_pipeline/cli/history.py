"""A history in the words of the command line."""

import json
from collections.abc import Sequence

from listening_log.errors import UsageError


def parse_history(words: Sequence[str]) -> list[str]:
    """Item ids of what followed `--history`, oldest first.

    Args:
        words: one a flag. One alone is a JSON list of ids, or ids with commas between them; of several, each is
            an id as it stands.

    Raises:
        UsageError: a JSON list holds something else than ids.
    """
    if len(words) != 1:
        return [word for word in words if word]
    try:
        item_ids = json.loads(words[0]) if words[0].startswith("[") else None
    except ValueError:
        item_ids = None  # ids may begin with a bracket
    if not isinstance(item_ids, list):
        return [item for item in words[0].split(",") if item]
    if not all(isinstance(item, str) for item in item_ids):
        raise UsageError(f'--history {words[0]}: expected a JSON list of texts, as in ["a", "b, c"]')
    return [item for item in item_ids if item]
