"""Forgets a listener: removes what runs have made of the log under HOME, and keeps the listener out of later runs.

Everything derived from the log goes whole, whoever it is about: no file format has to be searched, and the next
run makes it anew from the log. The pushed models stay, which hold no listener's id.
"""

import mmap
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from listening_log.cleaning.forgotten import Forgotten
from listening_log.errors import UsageError, UserError
from tfx_pipeline.home.executions import folders
from tfx_pipeline.home.forget.span_tables import remove_rows
from tfx_pipeline.home.forget.stores import forget_in_stores, plays_files
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import last_run


class Removal(NamedTuple):
    """A folder or file under HOME that is gone, and how many bytes it had."""

    path: str
    size: int


def forget(home: Home, user: str, store: str = "") -> str:
    """Removes a listener from HOME and from the destinations' store, and notes that later runs leave them out.

    Args:
        home: of earlier runs.
        user: the listener's id, whole.
        store: URL of the destinations' store, where it isn't the file under HOME.

    Returns:
        A page for the terminal: what was removed, what follows, what stays. The id is not in it.

    Raises:
        UserError: there was no run, one is under way, a file can't be removed, or the id is also in a file that
          no run made; what could be removed is gone all the same.
        UsageError: the id is empty or no text.
    """
    _check_id(user)
    if not (home.metadata.exists() or home.artifacts.is_dir() or home.forgotten_file.exists()):
        last_run(home)  # says that there was none
    with home.locked():
        try:
            return _forget(home.resolved(), user, store)
        except OSError as error:
            place = f" {error.filename}" if error.filename else ""
            raise UserError(
                f"cannot forget in {home.path}:{place} {error.strerror or error}; run it again"
            ) from error


def _forget(home: Home, user: str, store: str) -> str:
    Forgotten.load(str(home.forgotten_file)).with_user(user).save(home.forgotten_file)
    data_dir = _drop_reason_of_failure(home)
    removals = [_remove(path, home) for path in _derived_from_log(home)]
    rows = remove_rows(home.spans, user)
    stored = forget_in_stores(home, user, store)
    own_files = _own_files_with(user, home, data_dir)
    if own_files:
        rest = f"; {len(removals)} folders and files of runs are removed" if removals else ""
        raise UserError(f"the id is also in {_listing(own_files, home)}, which no run can make again{rest}")
    return _page(removals, rows, stored, data_dir)


def _derived_from_log(home: Home) -> Iterator[Path]:
    """What runs have made of the log, in the parts that the page names."""
    for stage in sorted(folders(home.artifacts)):
        yield from sorted(path for path in stage.iterdir() if _size(path))
    whole = (home.artifacts, home.compiled_artifacts, home.report, home.temporary_files, *plays_files(home))
    yield from (path for path in (*whole, *home.path.glob(f"{home.metadata.name}*")) if path.exists())
    if home.logs.is_dir():
        yield from sorted(path for path in home.logs.iterdir() if _size(path))


def _remove(path: Path, home: Home) -> Removal:
    name, size = str(path.relative_to(home.path)), _size(path)
    if path.is_dir():
        shutil.rmtree(path)
        return Removal(f"{name}/", size)
    if path == home.server_log or path.name.startswith("surfaces-"):  # a server that runs has it open
        os.truncate(path, 0)
    else:
        path.unlink()
    return Removal(name, size)


def _size(path: Path) -> int:
    return sum(file.lstat().st_size for file in _files(path)) if path.is_dir() else path.lstat().st_size


def _drop_reason_of_failure(home: Home) -> Path | None:
    """Leaves out of `run.json` why the last run failed, which may name a listener; returns its log's folder."""
    try:
        record = last_run(home)
    except UserError:  # a run that was killed before it noted anything
        return None
    record.model_copy(update={"ended": record.ended and record.ended.partition(":")[0]}).write(home.path)
    return Path(record.data_dir)


def _own_files_with(user: str, home: Home, data_dir: Path | None) -> list[Path]:
    """Files under HOME that no run made and whose text has the id; the log itself is its owner's."""
    places = {home.serving, home.spans, home.logs, home.run_file, home.lock_file, home.forgotten_file}
    if data_dir is not None:
        places.add(data_dir)
    pattern = re.compile(rb"(?<![\w-])" + re.escape(user.encode()) + rb"(?![\w-])")
    return [
        path
        for path in _files(home.path)
        if not any(path.is_relative_to(place) for place in places) and _has(pattern, path, home)
    ]


def _has(pattern: re.Pattern[bytes], path: Path, home: Home) -> bool:
    if pattern.search(os.fsencode(path.relative_to(home.path))):
        return True
    if not path.lstat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return pattern.search(content) is not None


def _files(folder: Path) -> Iterator[Path]:
    """Files in a folder and its folders, sorted; links are not followed."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        elif path.is_file() and not path.is_symlink():
            yield path


def _check_id(user: str) -> None:
    try:
        user.encode()
    except UnicodeEncodeError:
        raise UsageError("--user: the id is not text") from None
    if not user.strip():
        raise UsageError("--user: an empty id is nobody's")


def _listing(paths: Iterable[Path], home: Home) -> str:
    names = [str(path.relative_to(home.path)) for path in paths]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more files" if len(names) > 3 else "")


def _page(removals: list[Removal], rows: int, stored: int, data_dir: Path | None) -> str:
    lines = [f"  {path:60} {_bytes(size):>10}" for path, size in removals if size]
    lines += [f"  {rows:,} rows of the spans under HOME"] if rows else []
    lines += [f"  {stored:,} rows of the destinations' store"] if stored else []
    page = ["Removed:", *lines] if lines else ["Nothing under HOME holds this listener."]
    page += ["", "From now on runs in this HOME leave the listener out."]
    if removals:
        page.append(
            "Models that were trained on what was removed are trained again by the next `upnext run`."
        )
    page.append(
        "The models under serving/ stay and answer until then: they hold no listener's id, but have learnt from "
        "their plays."
    )
    page.append(
        f"The log in {data_dir or 'the data directory'} is your own and was not touched: "
        "take the listener out of it too."
    )
    return "\n".join(page)


def _bytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.1f} kB"
