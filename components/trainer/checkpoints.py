"""The state of a fit while its stage runs, so that one that was killed goes on from there.

TFX gives each execution of a stage an output folder of its own, so the state lies beside those:
`<pipeline root>/<stage>/.checkpoints/<key>/fit.npz`. The key is a digest of the stage's settings and inputs:
only a run of the same training finds it. No TensorFlow here.
"""

import contextlib
import hashlib
import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from listening_log.errors import UserError
from listening_log.storage.atomic import replace_file

FOLDER: Final = ".checkpoints"
_FILE: Final = "fit.npz"
_FACTS: Final = "facts"


def state_folder(
    model_uri: str, settings: Mapping[str, object], input_uris: Mapping[str, list[str]]
) -> Path | None:
    """Returns the folder of a stage's checkpoint.

    Args:
        model_uri: URI of the stage's output, `<pipeline root>/<stage>/model/<execution id>`.
        settings: the stage's execution properties.
        input_uris: URIs of its input artifacts, by input.

    Returns:
        None where outputs lie elsewhere: on a remote file system, which can't rename, or laid out by a cluster's
        orchestrator, which gives a rerun another place.
    """
    path = Path(model_uri)
    if "://" in model_uri or not path.name.isdecimal():
        return None
    identity = json.dumps([dict(settings), dict(input_uris)], sort_keys=True, default=str)
    return path.parents[1] / FOLDER / hashlib.blake2b(identity.encode(), digest_size=8).hexdigest()


def remove_others(folder: Path) -> None:
    """Removes what other settings or inputs of the stage have left."""
    for path in folder.parent.glob("*"):
        if path != folder:
            shutil.rmtree(path, ignore_errors=True)


def remove(folder: Path) -> None:
    """Removes the checkpoint of a stage that has finished."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # it is absent, or holds another checkpoint
        folder.parent.rmdir()


def save(folder: Path, arrays: Mapping[str, np.ndarray], facts: Mapping[str, object]) -> None:
    """Replaces the state in `folder`; an interruption leaves the old one or the new one, whole.

    Args:
        folder: the folder, made if absent.
        arrays: arrays by name, of any shape and dtype that numpy stores.
        facts: further values that JSON can hold.

    Raises:
        UserError: it can't be written; the old one stays.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replace_file(folder / _FILE, "wb") as file:
            np.savez(file, **{_FACTS: np.array(json.dumps(facts))}, **arrays)
    except OSError as error:
        raise UserError(
            f"cannot keep the state of training in {folder}: {error.strerror or error}"
        ) from error


def load(folder: Path) -> tuple[dict[str, np.ndarray], dict[str, object]] | None:
    """Reads the arrays and facts that `save` wrote; None if they are absent or can't be read."""
    try:
        with np.load(folder / _FILE) as file:
            arrays = {name: file[name] for name in file.files}
        return arrays, json.loads(str(arrays.pop(_FACTS)))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
