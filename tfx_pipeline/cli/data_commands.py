"""What the commands of `upnext data` do."""

import argparse

from tfx_pipeline.cli.commands import chosen_spans
from tfx_pipeline.terminal.console import Console


def make(args: argparse.Namespace, console: Console) -> int:
    """Writes a listening world."""
    from listening_log.world import make_world

    given = {key: getattr(args, key) for key in ("users", "items", "days", "seed")}
    made = make_world(args.out, **{key: value for key, value in given.items() if value is not None})
    print(
        f"{args.out}: {made.events:,} events of {made.users:,} listeners over {made.days:,} days, "
        f"{made.items:,} items ({made.tracks:,} tracks, {made.episodes:,} episodes)",
        file=console.out,
    )
    return 0


def import_(args: argparse.Namespace, console: Console) -> int:
    """Writes a log in another layout as the tables of the contract."""
    from listening_log.importers import import_log, render

    print(render(import_log(args.format, args.src, args.out)), file=console.out)
    return 0


def check(args: argparse.Namespace, console: Console) -> int:
    """Prints a log's figures and faults."""
    from listening_log.check.checking import as_json, check_log, render

    report = check_log(args.dir, spans=chosen_spans(args))
    page = as_json(report) if args.json else render(report, ascii_only=not _can_draw(console))
    print(page, file=console.out)
    return 0


def _can_draw(console: Console) -> bool:
    try:
        "█".encode(console.out.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
