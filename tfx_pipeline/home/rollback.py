"""Rolls back: pushes an earlier version's models again as the newest, which is what servers serve."""

import contextlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from components.pushed.pushed_models import PushedModels
from listening_log.errors import UserError
from tfx_pipeline.config.tree import KeepConfig
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import kept_versions


@dataclass(frozen=True)
class Rollback:
    """What was pushed.

    Attributes:
        version: the new number.
        source: the version that it is a copy of.
        replaced: the version that was served before.
    """

    version: int
    source: int
    replaced: int


def roll_back(home: Home, to: int | None = None) -> Rollback:
    """Pushes all six models of an earlier version again, under one new number.

    Args:
        home: of earlier runs.
        to: the version; None: the newest one that is older than the models served now, so that each rollback in
          a row goes one further back.

    Raises:
        UserError: nothing was pushed, there is no such or no earlier version, a run is under way, or the push
          fails.
    """
    pushed = PushedModels(home.resolved().serving)
    _require_versions(home, pushed)  # an empty HOME is refused before its lock is made
    with home.locked():
        _require_versions(home, pushed)
        newest = pushed.newest()
        source = _earlier_version(pushed) if to is None else _source_of(pushed, to)
        version = pushed.push_again(source, kept_versions(home) or KeepConfig().versions)
        rollback = Rollback(version, source, newest)
        _record(home, rollback)
    return rollback


def rollback_message(serving: Path, version: int | None) -> str | None:
    """One line for a run that pushed nothing, where its version isn't served as it was rolled back.

    Args:
        serving: folder that servers read.
        version: what the run's own push was, now or earlier; None for none.
    """
    pushed = PushedModels(serving)
    newest = pushed.newest()
    if not newest or version in (None, newest):
        return None
    origin = pushed.origin(newest)
    if origin.models_of == version:
        return f"version {version} is served again, as version {newest}"
    if origin.instead_of != version:
        return None
    return (
        f"version {version} was rolled back and is not pushed again: version {newest}, "
        f"the models of version {origin.models_of}, is served"
    )


def _require_versions(home: Home, pushed: PushedModels) -> None:
    if not pushed.versions():
        raise UserError(
            f"{home.path} holds no pushed models: run `upnext run --data DIR --home {home.path}` first"
        )


def _earlier_version(pushed: PushedModels) -> int:
    """The newest version of models older than those that are served, whatever numbers they have by now."""
    served = pushed.origin(pushed.newest()).models_of
    for version in reversed(pushed.versions()):
        if pushed.origin(version).models_of < served:
            return version
    raise UserError(f"there is no earlier version to roll back to; {_listing(pushed)}")


def _source_of(pushed: PushedModels, to: int) -> int:
    """The version, or where it has been cleared away, the newest one that its models were pushed again as."""
    versions = pushed.versions()
    copies = [version for version in versions if pushed.origin(version).models_of == to]
    source = to if to in versions else max(copies, default=None)
    if source is None:
        raise UserError(f"there is no version {to} to roll back to; {_listing(pushed)}")
    if pushed.origin(source).models_of == pushed.origin(versions[-1]).models_of:
        raise UserError(f"the models of version {to} are served already; {_listing(pushed)}")
    return source


def _listing(pushed: PushedModels) -> str:
    words = []
    for version in pushed.versions():
        models_of = pushed.origin(version).models_of
        words.append(str(version) if models_of == version else f"{version} (the models of {models_of})")
    return f"there {'is' if len(words) == 1 else 'are'} {', '.join(words)}"


def _record(home: Home, rollback: Rollback) -> None:
    line = json.dumps({**asdict(rollback), "time": int(time.time())})
    # the models are served by now, and say themselves where they came from
    with contextlib.suppress(OSError), home.rollbacks_file.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
