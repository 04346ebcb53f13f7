"""A folder of its own for a simulation: for each life a copy of the log, a HOME over it, and so a store."""

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from listening_log.errors import UserError
from listening_log.tables.spans import Spans, log_files
from listening_log.tables.tables import EVENTS
from listening_log.world.truth import TRUTH_FILE
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import last_run
from tfx_pipeline.surfaces.exporting import export
from tfx_pipeline.surfaces.home_application import log_source

LOG: Final = "log"
_TRUTH: Final = Path(TRUTH_FILE).parts[0]


def make_homes(home: Home, data: Path, out: Path, names: Iterable[str]) -> dict[str, Home]:
    """Makes a HOME for each life, with a log of its own; the log's tables become its first span.

    All serve what the first life's HOME holds, which begins as a copy of what `home` has pushed. Nothing is written
    to `home`'s own models or to `data`, and no log gets the true tastes.

    Args:
        home: of an earlier run.
        data: the log that its last run read, or a copy.
        out: a folder that is not there, or empty.
        names: of the lives; those of their folders too.

    Returns:
        The HOMEs by life.

    Raises:
        UserError: `out` holds something or can't be written, or there was no run.
    """
    record, source = last_run(home), log_source(home)
    log_files(str(data), EVENTS, source.spans)
    homes: dict[str, Home] = {}
    try:
        if out.exists() and any(out.iterdir()):
            raise UserError(f"{out} is not empty: give a new folder to --out")
        for name in names:
            folder = out.resolve() / re.sub("[^a-z]+", "-", name)
            own = Home(folder / "home")
            own.path.mkdir(parents=True)
            log = folder / LOG
            _copy_log(data, log, source.spans)
            if homes:
                own.serving.symlink_to(next(iter(homes.values())).serving)
            else:
                shutil.copytree(home.serving, own.serving)
            if home.forgotten_file.exists():
                shutil.copy(home.forgotten_file, own.forgotten_file)
            spans = source.spans or Spans(last=1)
            record.model_copy(update={"data_dir": str(log), "spans": str(spans)}).write(own.path)
            homes[name] = own
    except OSError as error:
        raise UserError(f"{error.filename or out} can't be written: {error.strerror or error}") from None
    return homes


def add_span(home: Home) -> int:
    """Writes what was lived since the last span as the next span of a life's log, and has its HOME read it.

    Returns:
        The span's number.

    Raises:
        UserError: nothing was played, or it can't be written.
    """
    spans = log_source(home).spans
    number = spans.newest + 1
    export(home, "", number, None)
    later = Spans(spans.first, number)
    last_run(home).model_copy(update={"spans": str(later)}).write(home.path)
    return number


def _copy_log(data: Path, log: Path, spans: Spans) -> None:
    later = {f"span-{number}" for number in _numbers(data) if spans and number > spans.newest}

    def left_out(folder: str, entries: list[str]) -> set[str]:
        top = os.path.samefile(folder, data)
        return {entry for entry in entries if top and (entry == _TRUTH or entry in later)}

    shutil.copytree(data, log if spans else log / "span-1", ignore=left_out)


def _numbers(data: Path) -> list[int]:
    ends = [path.name.removeprefix("span-") for path in data.glob("span-*")]
    return [int(end) for end in ends if end.isdecimal()]
