"""Publishes six SavedModels under one version number, so that a reader never sees half a model nor a mix.

Each model is copied to a hidden folder beside its place, which TF Serving ignores, is written through to the
disk and then renamed, `upnext` last. A push that is killed leaves hidden folders or versions that not all six
have; the next push takes a higher number and clears them away.
"""

import os
import shutil
import time
from pathlib import Path
from typing import Final

from models import names
from models.errors import UserError

STAGING: Final = ".staging-"
CONFIG_FILE: Final = "models.config"
PUSH_FILE: Final = "push.json"
"""In the artifact of a push: what was pushed where."""


def publish(models_dir: str | Path, destination: str | Path, keep: int, now: float | None = None) -> int:
    """Publishes `models_dir/<build>/<model>/` as `destination/<build>/<model>/<version>/`.

    Args:
      models_dir: folder of the composed models.
      destination: folder that servers read; made if absent.
      keep: how many of the newest versions stay.
      now: unix time that the version is taken from (for tests).

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
    source, target = Path(models_dir), Path(destination).resolve()
    places = [(build, model) for model in names.MODELS for build in names.BUILDS]
    for build, model in places:
        if not (source / build / model / "saved_model.pb").is_file():
            raise UserError(f"nothing to push: {source / build / model} holds no SavedModel")
    try:
        _clear_staging(target)
        version = max([int(time.time() if now is None else now), *(v + 1 for v in _versions(target))])
        staged = [_stage(source / build / model, target / build / model, version) for build, model in places]
        for path in staged:
            path.rename(path.with_name(str(version)))
            _sync(path.parent)
        for build in names.BUILDS:
            write_config(target / build)
        _prune(target, max(keep, 1))
    except OSError as error:
        raise UserError(f"cannot push to {target}: {error.strerror or error}") from error
    return version


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


def _escaped(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')


def _versions(destination: Path) -> list[int]:
    """Every version number that any model has, even in part."""
    return [int(path.name) for path in destination.glob("*/*/*") if path.name.isdecimal()]


def _clear_staging(destination: Path) -> None:
    for path in destination.glob(f"*/*/{STAGING}*"):
        shutil.rmtree(path)


def _stage(source: Path, place: Path, version: int) -> Path:
    staged = place / f"{STAGING}{version}"
    place.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, staged)
    for folder, _, files in os.walk(staged):
        for name in files:
            _sync(Path(folder) / name)
        _sync(Path(folder))
    return staged


def _sync(path: Path) -> None:
    """Writes a file, or a folder's list of names, through to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _prune(destination: Path, keep: int) -> None:
    """Removes what is older than the newest `keep` whole versions, and what a killed push left of others.

    `upnext` goes first: whoever finds a version of it finds the other two.
    """
    kept = {str(version) for version in complete_versions(destination)[-keep:]}
    for model in reversed(names.MODELS):
        for build in names.BUILDS:
            for path in (destination / build / model).glob("*"):
                if path.name.isdecimal() and path.name not in kept:
                    hidden = path.with_name(f"{STAGING}old-{path.name}")
                    path.rename(hidden)
                    shutil.rmtree(hidden)
