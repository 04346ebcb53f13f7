"""MovieLens: the layouts of 100k, of 1M and 10M (`::`), the CSV of later releases, and Kaggle's copy of it.

Users and movies keep their numbers as ids, and every rating is an event. Of a title, the year becomes
`release_date` (100k tells the day), and an article behind a comma goes to the front. Zip codes, tags and links
are left.
"""

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from listening_log.errors import UserError
from listening_log.importers.movielens.layouts import RATING, RELEASES, Release, Table
from listening_log.importers.movielens.titles import titles_and_years
from listening_log.importers.reading.source import Source, open_source
from listening_log.importers.reading.text_blocks import TextBlock, first_line_of, read_blocks
from listening_log.importers.writing.log_writer import LogWriter


def read(src: str, log: LogWriter) -> Source:
    """Reads a release, unpacked or as the zip that is downloaded.

    Raises:
        UserError: `src` is none.
    """
    source = open_source(src)
    release, folder = _release(source)
    for block in _blocks(source, folder, release.movies, log):
        log.items(_items(block, release, log), "movie")
    users = release.users
    if users and folder + users.file in source.files:
        for block in _blocks(source, folder, users, log):
            log.users(users.convert(block.table))
    for block in _blocks(source, folder, release.ratings, log):
        log.events(block.table.select(RATING))
    return source


def _blocks(source: Source, folder: str, table: Table, log: LogWriter) -> Iterator[TextBlock]:
    file = folder + table.file
    first, path = first_line_of(source, file), source.path(file)
    if table.header:
        return read_blocks(source, file, table.layout.by_header(table.header, first, path), log)
    if first and not first.lstrip()[:1].isdigit():  # some who pass a release on put the columns' names there
        log.count("added_header", "first lines that are no row: left out", 1, f"{path}, line 1")
        return read_blocks(source, file, replace(table.layout, header=True), log)
    return read_blocks(source, file, table.layout, log)


def _items(block: TextBlock, release: Release, log: LogWriter) -> pa.Table:
    movies = release.movies.convert(block.table)
    titles, years, moved = titles_and_years(movies["title"].combine_chunks())
    block.count(log, "moved_article", "titles as `Matrix, The`: the article is put in front", moved)
    if "release_date" in movies.column_names:
        dates = movies["release_date"].combine_chunks()
        years = pc.if_else(pc.equal(dates, ""), years, dates)
    columns = {
        "item_id": movies["item_id"],
        "title": titles,
        "genres": movies["genres"],
        "release_date": years,
    }
    return pa.table(columns)


def _release(source: Source) -> tuple[Release, str]:
    """The release, and the folder within the source that holds it."""
    releases = list(_releases(source))
    if len(releases) == 1:
        return releases[0]
    if releases:
        folders = ", ".join(f"{folder}{release.ratings.file}" for release, folder in releases[:3])
        raise UserError(f"{source.src}: holds more than one MovieLens release ({folders}); name one of them")
    layouts = "; ".join(
        f"{release.ratings.file} with {release.movies.file} ({release.name})" for release in RELEASES
    )
    raise UserError(f"{source.src}: no MovieLens release; expected {layouts}; found {source.summary()}")


def _releases(source: Source) -> Iterator[tuple[Release, str]]:
    for file in source.files:
        folder = file[: file.rfind("/") + 1]
        for release in RELEASES:
            if file == folder + release.ratings.file and folder + release.movies.file in source.files:
                yield release, folder
