"""Where a pushed version came from, if it is an earlier one that was pushed again."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from listening_log.errors import UserError
from models import names

ORIGIN_FILE: Final = "rolled_back.json"
"""In `assets.extra` of all models of a version that was pushed again; absent where a run pushed it."""


@dataclass(frozen=True)
class Origin:
    """What `rolled_back.json` holds.

    Attributes:
        models_of: the version that a run pushed these models as.
        instead_of: the version that a run had pushed last, which this one replaced.
    """

    models_of: int
    instead_of: int

    def write(self, model_dir: Path) -> None:
        """Writes the record into the folder of a model."""
        folder = model_dir / "assets.extra"
        folder.mkdir(exist_ok=True)
        (folder / ORIGIN_FILE).write_text(json.dumps(asdict(self)) + "\n", encoding="utf-8")


def origin_of(destination: Path, version: int) -> Origin:
    """The origin of a version under the folder that servers read; a run's own push is its own.

    Raises:
        UserError: the record can't be read.
    """
    folder = destination / names.SCANN / names.UPNEXT / str(version) / "assets.extra"
    try:
        return Origin(**json.loads((folder / ORIGIN_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Origin(version, version)
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"cannot read {folder / ORIGIN_FILE}: {error}") from None


def newest_of_each(destination: Path, versions: Iterable[int], keep: int) -> set[int]:
    """The newest version of each of the `keep` newest models: what was pushed again counts once."""
    kept: dict[int, int] = {}
    for version in sorted(versions, reverse=True):
        if len(kept) < keep:
            kept.setdefault(origin_of(destination, version).models_of, version)
    return set(kept.values())
