"""What an import wrote, repaired and left out, as a page for a terminal."""

from listening_log.importers.reading.source import some_names
from listening_log.importers.writing.log_writer import Imported


def render(imported: Imported) -> str:
    """The page, without a line break at its end."""
    rows = [("events", f"{imported.events:,}"), ("items", f"{imported.items:,}")]
    if imported.users:
        rows.append(("listeners", f"{imported.users:,} described"))
    rows.append(("files", ", ".join(imported.files)))
    if imported.unread:
        rows.append(("not read", some_names(imported.unread, most=10)))
    lines = [imported.out, "", *(f"  {name:<11}{text}" for name, text in rows)]
    if imported.applied:
        lines += ["", "What was met"]
    elif not imported.unread:
        lines += ["", "Nothing was repaired or left out."]
    for policy in imported.applied:
        lines += [f"  {policy.count:>11,}  {policy.what}", f"{'':15}first: {policy.place}"]
    lines += ["", f"Next: upnext data check {imported.out}"]
    return "\n".join(lines)
