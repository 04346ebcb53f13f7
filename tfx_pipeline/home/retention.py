"""Keeps HOME/artifacts to a configured size, and its pushes true to what is served."""

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Final

from components.common.records import Push
from components.pushed.pushed_models import PushedModels
from listening_log.errors import UserError

SYSTEM: Final = ".system"


def prune_artifacts(artifacts: Path, keep: int, in_use: Collection[int]) -> None:
    """Removes what older executions of each stage made.

    TFX finds that a removed artifact is gone and runs its stage again, should its cache ask for it.

    Args:
        artifacts: the pipeline's root; TFX writes `<stage>/<output>/<execution id>/` under it.
        keep: how many of a stage's newest executions stay.
        in_use: ids of executions that stay whatever their age: those that the last run took from the cache.
    """
    for stage in _folders(artifacts):
        groups = [output for output in _folders(stage) if not output.name.startswith(".")]
        groups += list(_folders(stage / SYSTEM)) if (stage / SYSTEM).is_dir() else []
        for group in groups:
            executions = sorted(int(path.name) for path in _folders(group) if path.name.isdecimal())
            for execution in executions[: max(0, len(executions) - keep)]:
                if execution not in in_use:
                    shutil.rmtree(group / str(execution), ignore_errors=True)


def forget_replaced_pushes(artifacts: Path, serving: Path) -> None:
    """Removes the records of pushes whose version is no longer the newest one served.

    Otherwise a run with earlier settings would take its push from the cache and leave the later models
    served, and one after the served models were deleted would push nothing. After a rollback the push that
    was rolled back is remembered too, or an unchanged run would serve those models again.
    """
    remembered = set()
    pushed = PushedModels(serving)
    if newest := pushed.newest():
        origin = pushed.origin(newest)
        remembered = {newest, origin.models_of, origin.instead_of}
    for record in artifacts.glob(f"Push/pushed_model/*/{Push.FILE}"):
        if _version(record.parent) not in remembered:
            shutil.rmtree(record.parent)


def _version(push: Path) -> int | None:
    """The version of a push, None where its record is damaged."""
    try:
        return Push.read(push).version
    except UserError:
        return None


def _folders(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
