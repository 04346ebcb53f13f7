"""What an import left behind, read without the project's own readers."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


@dataclass(frozen=True)
class Import:
    """A folder of tables."""

    folder: Path

    @cached_property
    def events(self) -> pd.DataFrame:
        """Each listener's events, oldest first, ties in the file's order; with the item's `title`."""
        events = self._table("events")
        titles = (
            self.catalog.title.fillna("") if "title" in self.catalog else pd.Series("", self.catalog.index)
        )
        events["title"] = events.item_id.map(dict(zip(self.catalog.item_id, titles, strict=True)))
        return events.sort_values(["user_id", "timestamp"], kind="stable", ignore_index=True)

    @cached_property
    def catalog(self) -> pd.DataFrame:
        """A row an item."""
        return self._table("catalog")

    @cached_property
    def users(self) -> pd.DataFrame:
        """A row a listener, where the layout tells of them; else no row."""
        return self._table("users")

    def texts(self) -> str:
        """All text that stands in any file: names, values of text columns, and what Parquet says beside them."""
        found = []
        for path in sorted(self.folder.rglob("*")):
            found.append(path.name)
            if path.suffix == ".parquet":
                table = pq.read_table(path)
                found.append(str(pq.read_metadata(path).metadata))
                found += table.column_names
                for column in table.columns:
                    found += map(str, column.cast(pa.string()).unique().to_pylist())
            elif path.is_file():
                found.append(path.read_bytes().decode("utf-8", "replace"))
        return "\n".join(found)

    def _table(self, name: str) -> pd.DataFrame:
        paths = sorted([*self.folder.glob(f"{name}*.parquet"), *self.folder.glob(f"{name}/**/*.parquet")])
        frames = [pd.read_parquet(path) for path in paths]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def words_of(title: str) -> tuple[str, ...]:
    """A title's words and signs in no order, without commas and a year in brackets at its end.

    So "Misérables, Les (1995)" and "Les Misérables" are one title: an importer may mend the catalogue's way
    of sorting articles.
    """
    title = re.sub(r"\s*\(\d{4}\)\s*$", "", title)
    return tuple(sorted(re.findall(r"\w+|[^\w\s,]", title)))


def same_listener(user_id: str, listener: str) -> bool:
    """Whether an imported id is the export's: as it is, or with a word in front (`playlist-5`)."""
    if user_id == listener:
        return True
    head = user_id.removesuffix(listener)
    return head != user_id and not head[-1].isalnum()
