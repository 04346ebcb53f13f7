"""MovieLens titles, as a person reads them: `Matrix, The (1999)` is The Matrix, of 1999."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_YEAR: Final = r"^\s*(?P<title>.*?)\s*\((?P<year>\d{4})(?:\s*[-–]\s*(?:\d{4})?)?\s*\)\s*$"
_ARTICLES: Final = "The|A|An|La|Le|Les|El|Los|Las|Il|Lo|Gli|Der|Die|Das|Ein|Eine|Den|Det|Un|Une|Una"


def titles_and_years(titles: pa.Array) -> tuple[pa.Array, pa.Array, npt.NDArray[np.bool_]]:
    """Splits `Title (1999)` [n] string: title [n] and year [n] string ("" = none), and [n] where an article moved.

    Of a run of years, `(2006–2012)`, the first counts. An article behind a comma goes in front, of the title
    and of another title in brackets: `City of Lost Children, The (Cité des enfants perdus, La)`.
    """
    parts = pc.extract_regex(titles, _YEAR)
    title, year = (pc.struct_field(parts, [parts.type.get_field_index(name)]) for name in ("title", "year"))
    title = pc.if_else(parts.is_valid(), title, pc.utf8_trim_whitespace(titles))
    moved = _articles_first(title)
    return moved, pc.fill_null(year, ""), pc.not_equal(moved, title).to_numpy(False)


def _articles_first(titles: pa.Array) -> pa.Array:
    for pattern, instead in (
        (rf"^([^()]+), ({_ARTICLES})( \(|$)", r"\2 \1\3"),
        (rf"^(.+\)), ({_ARTICLES})$", r"\2 \1"),
        (r"^([^()]+), (L')( \(|$)", r"\2\1\3"),
        (rf"\((a\.k\.a\. )?([^()]+), ({_ARTICLES})\)", r"(\1\3 \2)"),
        (r"\((a\.k\.a\. )?([^()]+), (L')\)", r"(\1\3\2)"),
    ):
        titles = pc.replace_substring_regex(titles, pattern, instead)
    return titles
