"""Rolls back: pushes an earlier version's models again as the newest, which is what servers serve."""

import contextlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from components.pushed.pushed_models import PushedModels
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
    pushed = PushedModels(home.resolve() / "serving")
    _require_versions(home, pushed)  # an empty HOME is refused before its lock is made
    with Home(home).locked():
        _require_versions(home, pushed)
        newest = pushed.newest()
        source = _earlier(pushed) if to is None else _source(pushed, to)
        result = RolledBack(pushed.push_again(source, _keep(home)), source, newest)
        _record(home, result)
    return result


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


def _require_versions(home: Path, pushed: PushedModels) -> None:
    if not pushed.versions():
        raise UserError(f"{home} holds no pushed models: run `upnext run --data DIR --home {home}` first")


def _earlier(pushed: PushedModels) -> int:
    """The newest version of models older than those that are served, whatever numbers they have by now."""
    served = pushed.origin(pushed.newest()).models_of
    for version in reversed(pushed.versions()):
        if pushed.origin(version).models_of < served:
            return version
    raise UserError(f"there is no earlier version to roll back to; {_list(pushed)}")


def _source(pushed: PushedModels, to: int) -> int:
    """The version, or where it is there no more, the newest one that its models were pushed again as."""
    versions = pushed.versions()
    copies = [version for version in versions if pushed.origin(version).models_of == to]
    source = to if to in versions else max(copies, default=None)
    if source is None:
        raise UserError(f"there is no version {to} to roll back to; {_list(pushed)}")
    if pushed.origin(source).models_of == pushed.origin(versions[-1]).models_of:
        raise UserError(f"the models of version {to} are served already; {_list(pushed)}")
    return source


def _list(pushed: PushedModels) -> str:
    descriptions = []
    for version in pushed.versions():
        models_of = pushed.origin(version).models_of
        descriptions.append(
            str(version) if models_of == version else f"{version} (the models of {models_of})"
        )
    return f"there {'is' if len(descriptions) == 1 else 'are'} {', '.join(descriptions)}"


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


def _record(home: Path, result: RolledBack) -> None:
    record = json.dumps({**asdict(result), "time": int(time.time())})
    # the models are served by now, and say themselves where they came from
    with contextlib.suppress(OSError), (home / ROLLBACKS_FILE).open("a", encoding="utf-8") as file:
        file.write(record + "\n")
