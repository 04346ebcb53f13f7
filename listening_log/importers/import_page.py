"""What an import wrote, repaired and left out, as a page for a terminal."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from listening_log.importers.reading.source import some_names
from listening_log.importers.writing.log_writer import Imported


def render(imported: Imported) -> str:
    """The page, without a line break at its end."""
    rows = [("events", f"{imported.events:,}"), ("items", f"{imported.items:,}")]
    if imported.users:
        rows.append(("listeners", f"{imported.users:,} described"))
    rows.append(("files", ", ".join(imported.files)))
    if imported.unread:
        rows.append(("not read", some_names(_with_counts(imported.unread), most=10)))
    lines = [imported.out, "", *(f"  {name:<11}{text}" for name, text in rows)]
    if imported.applied:
        lines += ["", "What was met"]
    elif not imported.unread:
        lines += ["", "Nothing was repaired or left out."]
    for policy in imported.applied:
        lines += [f"  {policy.count:>11,}  {policy.what}", f"{'':15}first: {policy.place}"]
    lines += ["", f"Next: upnext data check {imported.out}"]
    return "\n".join(lines)


def _with_counts(files: Iterable[str]) -> Iterator[str]:
    """The files, those of one name in several folders (a listener each, say) as that name and their number."""
    by_name = {name: list(same) for name, same in groupby(sorted(files, key=_last_part), _last_part)}
    for name, same in by_name.items():
        yield same[0] if len(same) == 1 else f"{name} ({len(same)} of them)"


def _last_part(file: str) -> str:
    return file.rsplit("/", 1)[-1]
