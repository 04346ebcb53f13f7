"""What is made of a catalogue and kept for the next start, a folder each: making it takes longer than all else."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from listening_log.storage.atomic import replace_folder

Thing = TypeVar("Thing")

_LOG = logging.getLogger("upnext.surfaces")


def kept(
    path: Path | None,
    read: Callable[[Path], Thing],
    write: Callable[[Path], object],
    make: Callable[[], Thing],
) -> Thing:
    """Reads what is kept in a folder, or writes it first; those of the same kind beside it are removed.

    A folder that can't be written, and one that can't be read, cost the time alone.

    Args:
        path: the folder `KIND-FORMAT-DIGEST`, whose name changes with what it is made of; None for nowhere.
        read: reads what is kept; an OSError, a ValueError or an EOFError says that it is missing or broken.
        write: fills an empty folder.
        make: makes it in memory.
    """
    if path is None:
        return make()
    try:
        return read(path)
    except (OSError, ValueError, EOFError):
        _LOG.info("%s is made", path.name)
    try:
        with replace_folder(path) as staged:
            write(staged)
        _remove_others(path)
        return read(path)
    except (OSError, ValueError) as error:
        _LOG.warning("%s is not kept: %s", path.name, error)
    return make()


def _remove_others(path: Path) -> None:
    kind = path.name.partition("-")[0]
    for other in path.parent.glob(f"{kind}-*"):
        if other != path:
            shutil.rmtree(other) if other.is_dir() else other.unlink(missing_ok=True)
