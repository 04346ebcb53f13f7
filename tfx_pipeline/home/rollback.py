"""Rolls back: pushes an earlier version's models again as the newest, which is what servers serve."""

import contextlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from components.pushed.origin import Origin, origin_of
from components.pushed.publish import PLACES, complete_versions, publish_folders
from listening_log.errors import UserError
from tfx_pipeline.config.tree import KeepConfig
from tfx_pipeline.home.layout import Home

ROLLBACKS_FILE: Final = "rollbacks.jsonl"
"""In HOME: a line for each rollback, the oldest first."""


@dataclass(frozen=True)
class RolledBack:
    """What was pushed.

    Attributes:
        version: the new number.
        source: the version that it is a copy of.
        replaced: the version that was served before.
    """

    version: int
    source: int
    replaced: int


def rollback(home: Path, to: int | None = None) -> RolledBack:
    """Pushes all six models of an earlier version again, under one new number.

    Args:
        home: folder of earlier runs.
        to: the version; None: the newest one that is older than the models served now, so that each rollback in
          a row goes one further back.

    Raises:
        UserError: nothing was pushed, there is no such or no earlier version, a run is under way, or the push
          fails.
    """
    serving = home.resolve() / "serving"
    _versions(home, serving)  # an empty HOME is told before its lock is made
    with Home(home).locked():
        versions = _versions(home, serving)
        newest = versions[-1]
        source = _earlier(serving, versions) if to is None else _asked(serving, versions, to)
        before = origin_of(serving, newest)
        version = publish_folders(
            {(build, model): serving / build / model / str(source) for build, model in PLACES},
            serving,
            _keep(home),
            origin=Origin(origin_of(serving, source).models_of, before.instead_of),
        )
        done = RolledBack(version, source, newest)
        _record(home, done)
    return done


def told_if_rolled_back(serving: Path, version: int | None) -> str | None:
    """One line for a run that pushed nothing, where its version isn't served as it was rolled back.

    Args:
        serving: folder that servers read.
        version: what the run's own push was, now or earlier; None for none.
    """
    newest = complete_versions(serving)[-1:]
    if not newest or version in (None, newest[0]):
        return None
    origin = origin_of(serving, newest[0])
    if origin.models_of == version:
        return f"version {version} is served again, as version {newest[0]}"
    if origin.instead_of != version:
        return None
    return (
        f"version {version} was rolled back and is not pushed again: version {newest[0]}, "
        f"the models of version {origin.models_of}, is served"
    )


def _versions(home: Path, serving: Path) -> list[int]:
    versions = complete_versions(serving)
    if not versions:
        raise UserError(f"{home} holds no pushed models: run `upnext run --data DIR --home {home}` first")
    return versions


def _earlier(serving: Path, versions: list[int]) -> int:
    """The newest version of models older than those that are served, whatever numbers they have by now."""
    served = origin_of(serving, versions[-1]).models_of
    for version in reversed(versions):
        if origin_of(serving, version).models_of < served:
            return version
    raise UserError(f"there is no earlier version to roll back to; {_there(serving, versions)}")


def _asked(serving: Path, versions: list[int], to: int) -> int:
    """The version, or where it is there no more, the newest one that its models were pushed again as."""
    again = [version for version in versions if origin_of(serving, version).models_of == to]
    source = to if to in versions else max(again, default=None)
    if source is None:
        raise UserError(f"there is no version {to} to roll back to; {_there(serving, versions)}")
    if origin_of(serving, source).models_of == origin_of(serving, versions[-1]).models_of:
        raise UserError(f"the models of version {to} are served already; {_there(serving, versions)}")
    return source


def _there(serving: Path, versions: list[int]) -> str:
    told = []
    for version in versions:
        models_of = origin_of(serving, version).models_of
        told.append(str(version) if models_of == version else f"{version} (the models of {models_of})")
    return f"there {'is' if len(told) == 1 else 'are'} {', '.join(told)}"


def _keep(home: Path) -> int:
    """How many versions the last run was to keep."""
    try:
        config = json.loads(Home(home).run_file.read_text(encoding="utf-8"))["config"]
        return max(1, int(config["keep"]["versions"]))
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
    ):  # models can be pushed from elsewhere, without a run here
        return KeepConfig().versions


def _record(home: Path, done: RolledBack) -> None:
    record = json.dumps({**asdict(done), "time": int(time.time())})
    # the models are served by now, and say themselves where they came from
    with contextlib.suppress(OSError), (home / ROLLBACKS_FILE).open("a", encoding="utf-8") as file:
        file.write(record + "\n")
