"""Forgets a listener: removes what runs have left of them under HOME, and keeps them out of later runs.

What holds the listener's id, or was made of what each listener did, goes whole: TFX finds that an artifact is
gone and runs its stage again. Models hold no listener; those under `serving/` stay, after a look into them.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from listening_log.cleaning.forgotten import Forgotten
from listening_log.errors import UsageError, UserError
from models import names
from tfx_pipeline.home.forget import scrub
from tfx_pipeline.home.forget.id_search import IdSearch, files_below
from tfx_pipeline.home.forget.page import Removed, page
from tfx_pipeline.home.layout import Home

ARTIFACTS: Final = "artifacts"
SERVING: Final = "serving"
LOGS: Final = "logs"
METADATA: Final = "metadata.db"
REPORT: Final = "report.html"
RUN: Final = "run.json"
TEMPORARY: Final = ".tmp"
VECTORS: Final = "queries.npy"
"""In a retrieval model's artifact: vectors of some listeners' histories, without ids."""
STATISTICS: Final = "FeatureStats.pb"
"""Of the log: among others the most frequent ids, which can't be told from other texts where they are plain."""
CHECKPOINTS: Final = ".checkpoints"
"""In a stage's folder: a training that was interrupted, over the listener's plays."""
SYSTEM: Final = ".system"
OTHERWISE: Final = {TEMPORARY, LOGS, METADATA, f"{METADATA}-journal", ".lock", "forgotten.json", RUN}
"""Not searched as other files are: they go, are scrubbed, or hold settings and paths alone."""


def forget(home: Path, user: str) -> str:
    """Removes a listener from HOME and notes that later runs leave them out.

    Args:
        home: folder of earlier runs.
        user: the listener's id, whole.

    Returns:
        A page for the terminal: what was removed, what follows, what stays. The id is not in it.

    Raises:
        UserError: there was no run, one is under way, a file can't be removed, or the id is also in a file that
          no run made; what could be removed is gone all the same.
        UsageError: the id is empty or no text.
    """
    _check(user)
    place = Home(home)
    _require_run(place)
    with place.locked():
        try:
            return _forget(place, user)
        except OSError as error:
            where = f" {error.filename}" if error.filename else ""
            raise UserError(
                f"cannot forget in {home}:{where} {error.strerror or error}; run it again"
            ) from error


def _forget(place: Home, user: str) -> str:
    home, search = place.path.resolve(), IdSearch(user)
    Forgotten.load(str(place.forgotten_file)).with_user(user).save(place.forgotten_file)
    data = _data_dir(place)
    holding, served, left = _holding(home, search, data)
    removed = []
    if (home / TEMPORARY).exists():
        holding.add(home / TEMPORARY)  # nobody knows what a killed run has packed there
    if any(folder.is_relative_to(home / ARTIFACTS) for folder in holding):
        # before what holds the id: what names nobody would not be found by a second try
        made_of_listeners = _made_of_listeners(home / ARTIFACTS) - holding
        removed += [_remove(folder, home) for folder in _with_siblings(made_of_listeners) - holding]
        holding = _with_siblings(holding)
    removed += [_remove(folder, home) for folder in holding if folder.exists()]
    scrub.record(home / RUN, search)
    lines = sum(scrub.log(path, search) for path in files_below(home / LOGS) if search.in_file(path))
    records = scrub.metadata(home / METADATA, search)
    if left:
        rest = f"; {len(removed)} folders and files of runs are removed" if removed else ""
        raise UserError(f"the id is also in {_told(left, home)}, which no run can make again{rest}")
    models = None if search.plain else _told(served, home)
    return page(sorted(removed), lines, records, models, data)


def _holding(home: Path, search: IdSearch, data: Path | None) -> tuple[set[Path], list[Path], list[Path]]:
    """What holds the id: artifacts and reports, to remove; files of served models; files that no run makes."""
    holding, served, left = set[Path](), list[Path](), list[Path]()
    for path in files_below(home):
        inside, unit = path.relative_to(home), _unit(path, home)
        top = inside.parts[0]
        if top in OTHERWISE or unit in holding or (top == SERVING and search.plain):
            continue
        if top not in (ARTIFACTS, SERVING) and data is not None and path.is_relative_to(data):
            continue  # the log, inside HOME
        if not search.in_text(bytes(inside)) and not search.in_file(path):
            continue
        if unit is not None:
            holding.add(unit)
        elif top == SERVING:
            served.append(path)
        else:
            left.append(path)
    return holding, served, left


def _unit(path: Path, home: Path) -> Path | None:
    """What is removed whole if the file holds the id; None for what no run makes again.

    That is the report, what a killed run has put aside, and under `artifacts/` one output of an execution,
    `<stage>/<output>/<execution>/`; TFX's own folders are one below `.system`.
    """
    parts = path.relative_to(home).parts
    if parts[0] in (REPORT, TEMPORARY):
        return home / parts[0]
    if parts[0] != ARTIFACTS:
        return None
    return home.joinpath(*parts[: 5 if SYSTEM in parts[:3] else 4])


def _with_siblings(units: set[Path]) -> set[Path]:
    """The outputs of an execution go together, with the notes about them: its stage runs again for one anyway."""
    outputs = [unit for unit in units if unit.name.isdecimal() and unit.parents[2].name == ARTIFACTS]
    notes = {note for unit in outputs for note in unit.parents[1].glob(f".*/{unit.name}.json")}
    return units.union(notes, *(unit.parents[1].glob(f"[!.]*/{unit.name}") for unit in outputs))


def _made_of_listeners(artifacts: Path) -> set[Path]:
    """Artifacts of what each listener did, without ids; and trainings that were interrupted."""
    home = artifacts.parent
    told_of_listeners = names.USER_ID.encode()
    found = [path for path in artifacts.rglob(STATISTICS) if told_of_listeners in path.read_bytes()]
    found += artifacts.rglob(VECTORS)
    units = {unit for path in found if (unit := _unit(path, home)) is not None}
    return units | set(artifacts.glob(f"*/{CHECKPOINTS}"))


def _remove(path: Path, home: Path) -> Removed:
    files = list(files_below(path)) if path.is_dir() else [path]
    removed = Removed(str(path.relative_to(home)), sum(file.stat().st_size for file in files))
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    return removed


def _check(user: str) -> None:
    try:
        user.encode()
    except UnicodeEncodeError:
        raise UsageError("--user: the id is not text") from None
    if not user.strip():
        raise UsageError("--user: an empty id is nobody's")


def _require_run(place: Home) -> None:
    if not (place.path / METADATA).exists() and not (place.path / ARTIFACTS).is_dir():
        place.data_dir()  # tells that there was no run


def _data_dir(place: Home) -> Path | None:
    """Where the last run found the log; None after one that was killed before it noted that."""
    try:
        return place.data_dir()
    except UserError:
        return None


def _told(paths: Iterable[Path], home: Path) -> str:
    told = [str(path.relative_to(home)) for path in paths]
    return ", ".join(told[:3]) + (f" and {len(told) - 3} more files" if len(told) > 3 else "")
