"""What an import wrote, and what it met, as a page for a terminal."""

from listening_log.importers.writing.log_writer import Imported


def render(imported: Imported) -> str:
    """The page, without a line break at its end."""
    rows = [("events", f"{imported.events:,}"), ("items", f"{imported.items:,}")]
    if imported.users:
        rows.append(("listeners", f"{imported.users:,} described"))
    rows.append(("files", ", ".join(imported.files)))
    lines = [imported.out, "", *(f"  {name:<11}{text}" for name, text in rows)]
    lines += ["", "What was met" if imported.met else "Nothing was repaired or left out."]
    for met in imported.met:
        lines += [f"  {met.count:>11,}  {met.what}", f"{'':15}first: {met.place}"]
    lines += ["", f"Next: upnext data check {imported.out}"]
    return "\n".join(lines)
