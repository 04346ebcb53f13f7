"""Whether the code in this process is still the code on disk.

A stage's cache knows the code on disk (`components.common.code_digest`), a process that lives on runs what it has
loaded. After an edit the two differ, and a result would be kept as that of code which never ran.
"""

import hashlib
import sys
from pathlib import Path

from components.common.code_digest import PACKAGES
from listening_log.errors import UserError

_SEEN: dict[str, tuple[Path, str]] = {}
"""The source of each module of ours and its digest, as they were when the module was first seen loaded."""


def check_sources() -> None:
    """Sees that no source has changed since its module was loaded; call it before and after stages run.

    Raises:
        UserError: one has.
    """
    for name, (file, digest) in _SEEN.items():
        if _digest(file) != digest:
            raise UserError(
                f"{name} has changed since it was loaded: restart the kernel and run all cells "
                "(stages that the change does not touch come from the cache)"
            )
    for name, module in list(sys.modules.items()):
        source = getattr(module, "__file__", None)
        if name.partition(".")[0] in PACKAGES and name not in _SEEN and source:
            _SEEN[name] = Path(source), _digest(Path(source))


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else ""
