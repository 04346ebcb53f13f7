"""Keeps HOME/artifacts to a configured size, and its pushes true to what is served."""

import shutil
from collections.abc import Collection
from pathlib import Path

from components.common.records import Push
from components.pushed.pushed_models import PushedModels
from listening_log.errors import UserError
from tfx_pipeline.home.executions import execution_of, executions, folders, outputs
from tfx_pipeline.home.layout import Home


def prune_artifacts(home: Home, keep: int, in_use: Collection[int]) -> None:
    """Removes what older executions of each stage made.

    TFX finds that a removed artifact is gone and runs its stage again, should its cache ask for it.

    Args:
        home: of the run.
        keep: how many of a stage's newest executions stay.
        in_use: ids of executions that stay whatever their age: those that the last run took from the cache.
    """
    for stage in folders(home.artifacts):
        for output in outputs(stage):
            all_executions = executions(output)
            for folder in all_executions[: max(0, len(all_executions) - keep)]:
                if execution_of(folder) not in in_use:
                    shutil.rmtree(folder, ignore_errors=True)


def remove_replaced_pushes(home: Home) -> None:
    """Removes the records of pushes whose version is no longer the newest one served.

    Otherwise a run with earlier settings would take its push from the cache and leave the later models
    served, and one after the served models were deleted would push nothing. After a rollback the push that
    was rolled back is remembered too, or an unchanged run would serve those models again.
    """
    remembered = set()
    pushed = PushedModels(home.serving)
    if newest := pushed.newest():
        origin = pushed.origin(newest)
        remembered = {newest, origin.models_of, origin.instead_of}
    for folder in executions(home.artifacts / "Push" / "pushed_model"):
        if _pushed_version(folder) not in remembered:
            shutil.rmtree(folder)


def _pushed_version(folder: Path) -> int | None:
    """The version that an execution pushed; None where its record is absent or damaged."""
    try:
        return Push.read(folder).version
    except UserError:
        return None
