"""What the commands of `upnext data` do."""

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from tfx_pipeline.terminal.console import Console

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from listening_log.tables.spans import Spans


class WorldSize(TypedDict, total=False):
    """How large a world is; what is absent has its default."""

    users: int
    items: int
    days: int
    seed: int


def make(console: Console, *, out: Path, **size: "Unpack[WorldSize]") -> int:
    """Writes a listening world."""
    from listening_log.world import make_world

    world = make_world(out, **size)
    print(
        f"{out}: {world.events:,} events of {world.users:,} listeners over {world.days:,} days, "
        f"{world.items:,} items ({world.tracks:,} tracks, {world.episodes:,} episodes)",
        file=console.out,
    )
    return 0


def import_(console: Console, *, format_name: str, source: Path, out: Path) -> int:
    """Writes a log in another layout as the tables of the contract."""
    from listening_log.importers import import_log, render

    print(render(import_log(format_name, str(source), str(out))), file=console.out)
    return 0


def check(console: Console, *, data: Path, spans: "Spans", as_json: bool) -> int:
    """Prints a log's figures and faults."""
    from listening_log.check import checking

    report = checking.check_log(str(data), spans=spans)
    page = checking.as_json(report) if as_json else checking.render(report, ascii_only=not console.can_draw)
    print(page, file=console.out)
    return 0
