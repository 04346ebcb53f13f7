"""Publishes six SavedModels under one version number, so that a reader never sees half a model nor a mix.

Each model is copied to a hidden folder beside its place, which TF Serving ignores, is written through to the
disk and then renamed, `upnext` last: whoever finds a version of `upnext` finds the other two. A push that ends
before its time leaves hidden folders or versions that not all six have; `sweep` clears them away, and the next
push takes a higher number.
"""

import contextlib
import logging
import os
import re
import shutil
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from components.pushed.origin import Origin, newest_of_each
from listening_log.errors import UserError
from models import names

STAGING: Final = ".staging-"
CONFIG_FILE: Final = "models.config"
PUSH_FILE: Final = "push.json"
"""In the artifact of a push: what was pushed where."""
PLACES: Final = tuple((build, model) for model in names.MODELS for build in names.BUILDS)
"""Build and model, in the order in which they appear."""

_LOG = logging.getLogger("upnext")


def publish(
    models_dir: str | Path,
    destination: str | Path,
    keep: int,
    now: float | None = None,
    protected: Collection[int] = (),
) -> int:
    """Publishes `models_dir/<build>/<model>/` as `destination/<build>/<model>/<version>/`.

    Args:
        models_dir: folder of the composed models.
        destination: folder that servers read; made if absent.
        keep: how many of the newest versions stay.
        now: unix time that the version is taken from (for tests).
        protected: versions that stay, however old they are.

    Returns:
        The version: the time in seconds, or one more than the highest number there.

    Raises:
        UserError: a folder is on no mounted file system, a model is missing, or the disk is full.
    """
    for folder in (models_dir, destination):
        if "://" in str(folder):
            raise UserError(
                f"cannot push from or to {folder}: a mounted folder is needed, renames must be atomic"
            )
    sources = {(build, model): Path(models_dir) / build / model for build, model in PLACES}
    return publish_folders(sources, destination, keep, now, protected=protected)


def publish_folders(
    sources: Mapping[tuple[str, str], Path],
    destination: str | Path,
    keep: int,
    now: float | None = None,
    origin: Origin | None = None,
    protected: Collection[int] = (),
) -> int:
    """Publishes the SavedModel of each of `PLACES`, as `publish` does, from a folder of its own.

    Args:
        sources: the folder of each model.
        destination: as in `publish`.
        keep: as in `publish`.
        now: as in `publish`.
        origin: noted in each model, where an earlier version is pushed again; that version stays.
        protected: as in `publish`.

    Raises:
        UserError: as `publish`. Nothing is left of a push that fails.
    """
    target = Path(destination).resolve()
    for place in PLACES:
        if not (sources[place] / "saved_model.pb").is_file():
            raise UserError(f"nothing to push: {sources[place]} holds no SavedModel")
    try:
        sweep(target)
        version = max([int(time.time() if now is None else now), *(v + 1 for v in _versions(target))])
        staged = [
            _stage(sources[build, model], target / build / model, version, origin) for build, model in PLACES
        ]
        for build in names.BUILDS:  # names no version: it may be there before the first one
            write_config(target / build)
        for path in staged:
            path.rename(path.with_name(str(version)))
            _sync(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            sweep(target)
        raise UserError(f"cannot push to {target}: {_why(error)}") from error
    stays = {path.name for path in sources.values()} if origin else set()
    try:
        _prune(target, max(keep, 1), stays | set(map(str, protected)))
    except (OSError, UserError):  # what was pushed is served; what is old goes another time
        _LOG.warning("old versions under %s could not be removed", target, exc_info=True)
    return version


def sweep(destination: str | Path) -> None:
    """Removes what a push that was killed has left: hidden folders, and versions that not all six have.

    Nobody else may push meanwhile.
    """
    target = Path(destination)
    _clear_staging(target)
    kept = {str(version) for version in complete_versions(target)}
    _remove_all_but(target, kept)


def complete_versions(destination: Path) -> list[int]:
    """Returns the versions that all builds of all models have, oldest first."""
    sets = [
        {int(path.name) for path in (destination / build / model).glob("*") if path.name.isdecimal()}
        for build in names.BUILDS
        for model in names.MODELS
    ]
    return sorted(set.intersection(*sets))


def write_config(build_dir: Path) -> None:
    """Writes TF Serving's ModelServerConfig for the models of a build; TF Serving wants absolute paths."""
    blocks = "".join(
        f'  config {{\n    name: "{model}"\n    base_path: "{_escaped(build_dir.resolve() / model)}"\n'
        f'    model_platform: "tensorflow"\n  }}\n'
        for model in names.MODELS
    )
    staged = build_dir / f"{STAGING}{CONFIG_FILE}"
    staged.write_text(f"model_config_list {{\n{blocks}}}\n")
    _sync(staged)
    staged.rename(build_dir / CONFIG_FILE)
    _sync(build_dir)


def _escaped(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')


def _versions(destination: Path) -> list[int]:
    """Every version number that any model has, even in part."""
    return [int(path.name) for path in destination.glob("*/*/*") if path.name.isdecimal()]


def _clear_staging(destination: Path) -> None:
    for path in [*destination.glob(f"*/*/{STAGING}*"), *destination.glob(f"*/{STAGING}*")]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _stage(source: Path, place: Path, version: int, origin: Origin | None) -> Path:
    staged = place / f"{STAGING}{version}"
    place.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, staged)
    if origin:
        origin.write(staged)
    for folder, _, files in os.walk(staged):
        for name in files:
            _sync(Path(folder) / name)
        _sync(Path(folder))
    for made in (place, *place.parents[:3]):  # the names of the folders above, made by the first push
        _sync(made)
    return staged


def _sync(path: Path) -> None:
    """Writes a file, or a folder's list of names, through to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _prune(destination: Path, keep: int, protected: set[str]) -> None:
    """Removes what is older than the newest `keep` whole versions; one that was pushed again counts once."""
    kept = newest_of_each(destination, complete_versions(destination), keep)
    _remove_all_but(destination, protected | {str(version) for version in kept})


def _remove_all_but(destination: Path, kept: set[str]) -> None:
    """Removes the other versions. `upnext` goes first: whoever finds a version of it finds the other two."""
    for build, model in reversed(PLACES):
        for path in (destination / build / model).glob("*"):
            if path.name.isdecimal() and path.name not in kept:
                hidden = path.with_name(f"{STAGING}old-{path.name}")
                path.rename(hidden)
                shutil.rmtree(hidden)


def _why(error: OSError) -> str:
    """In a few words. `shutil` collects errors as (source, target, text), a file each."""
    if isinstance(error, shutil.Error) and error.args and error.args[0]:
        return re.sub(r"^\[Errno \d+\] ([^:]*).*", r"\1", str(error.args[0][0][-1]))
    return error.strerror or str(error)
