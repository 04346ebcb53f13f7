"""Tables as plain text, the same on a terminal and in a pipe."""

from collections.abc import Collection, Sequence


def render_table(
    rows: Sequence[Sequence[str]],
    headers: Sequence[str],
    *,
    right: Collection[int] | None = None,
    drop_empty: bool = False,
) -> str:
    """Aligns rows below headers in columns. Nothing is cut; a wide character takes two places.

    Args:
        rows: texts, as many in each as there are headers.
        headers: of the columns.
        right: numbers of the columns that stand to the right; None: all but the first.
        drop_empty: leave out the columns in which no row has a text.

    Returns:
        Lines without spaces at their ends.
    """
    from rich.cells import cell_len

    columns = [
        column
        for column in range(len(headers))
        if not (drop_empty and rows) or any(row[column] for row in rows)
    ]
    lines = [[line[column] for column in columns] for line in (headers, *rows)]
    widths = [max(map(cell_len, texts)) for texts in zip(*lines, strict=True)]

    def cell(text: str, place: int) -> str:
        column, filler = columns[place], " " * (widths[place] - cell_len(text))
        return filler + text if (column > 0 if right is None else column in right) else text + filler

    return "\n".join(
        "  ".join(cell(text, place) for place, text in enumerate(line)).rstrip() for line in lines
    )
