"""A stranger's export of each format: imported, checked, and taken all the way to titles."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from listening_log.check.checking import check_log
from listening_log.importers import FORMATS, import_log
from tests.fixtures.public_logs import (
    amazon_reviews,
    lastfm_1k,
    listenbrainz,
    movielens_1m,
    movielens_10m,
    movielens_20m,
    movielens_100k,
    recbole,
    spotify_account_data,
    spotify_history,
    spotify_mpd,
    yambda,
)
from tests.fixtures.public_logs.facts import Facts
from tests.fixtures.public_logs.imports import Import, same_listener, words_of
from tests.integration.whole import run_words, upnext

EXPORTS: dict[str, Callable[..., Facts]] = {
    "movielens-100k": movielens_100k.write,
    "movielens-1m": movielens_1m.write,
    "movielens-10m": movielens_10m.write,
    "movielens-20m": movielens_20m.write,
    "movielens-kaggle": movielens_20m.write_kaggle,
    "lastfm-1k": lastfm_1k.write,
    "spotify-history": spotify_history.write,
    "spotify-account-data": spotify_account_data.write,
    "spotify-mpd": spotify_mpd.write,
    "recbole": recbole.write,
    "recbole-artists": recbole.write_artists,
    "listenbrainz": listenbrainz.write,
    "yambda": yambda.write,
    "yambda-sequential": yambda.write_sequential,
    "amazon-reviews": amazon_reviews.write,
    "amazon-reviews-splits": amazon_reviews.write_splits,
    "amazon-reviews-jsonl": amazon_reviews.write_reviews,
}
# One a format that has titles: Yambda has none.
WHOLE = (
    "movielens-20m",
    "lastfm-1k",
    "spotify-history",
    "spotify-mpd",
    "recbole",
    "listenbrainz",
    "amazon-reviews",
)
FEW, MANY, SEED = 40, 400, 7
QUICK = ("retrieval.max_epochs=4", "ranker.max_epochs=8")  # with four, Markov stays in front on plays


@dataclass(frozen=True)
class Imported:
    """An export and what became of it."""

    facts: Facts
    tables: Import


@pytest.fixture(scope="module", params=EXPORTS)
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Each export, imported once."""
    folder = tmp_path_factory.mktemp("export")
    facts = EXPORTS[request.param](folder, listeners=FEW, seed=SEED)
    out = folder / "out"
    import_log(facts.format, str(facts.source), str(out))
    return Imported(facts, Import(out))


def test_there_is_an_export_of_each_format(tmp_path: Path):
    written = {write(tmp_path / name, listeners=5, seed=SEED).format for name, write in EXPORTS.items()}
    assert written == set(FORMATS)


def test_every_event_comes_in_once(imported: Imported):
    facts, count = imported.facts, len(imported.tables.events)
    assert facts.events <= count <= facts.events + facts.doubtful_events


def test_every_listener_comes_in(imported: Imported):
    assert imported.tables.events.user_id.nunique() == imported.facts.listeners
    assert len(imported.tables.users) == imported.facts.profiles


def test_every_item_is_in_the_catalogue_once(imported: Imported):
    facts, catalog = imported.facts, imported.tables.catalog
    assert catalog.item_id.is_unique
    assert facts.items <= len(catalog) <= facts.items + facts.doubtful_items
    assert set(imported.tables.events.item_id) <= set(catalog.item_id)


def test_a_listeners_events_have_their_titles_and_times(imported: Imported):
    events = imported.tables.events
    events_of = dict(list(events.groupby("user_id")))
    for play in imported.facts.sample:
        rows = events_of[play.listener]
        same = rows.title.map(words_of) == words_of(play.title)
        assert same.any(), play
        assert rows[same].timestamp.between(play.earliest, play.latest).any(), play


def test_order_is_kept_where_times_do_not_tell(imported: Imported):
    events = imported.tables.events
    for listener, titles in imported.facts.order.items():
        (user,) = [user for user in events.user_id.unique() if same_listener(user, listener)]
        assert events[events.user_id == user].title.to_list()[: len(titles)] == titles


def test_items_have_their_genres_years_creators_and_kinds(imported: Imported):
    facts, catalog = imported.facts, imported.tables.catalog.fillna("")
    rows = {words_of(row.get("title", "")): row for row in catalog.to_dict("records")}
    for title, genres in facts.genres.items():
        assert {genre for genre in rows[words_of(title)]["genres"].split("|") if genre} == genres, title
    for title, year in facts.released.items():
        assert rows[words_of(title)]["release_date"].startswith(year), title
    for title, creator in facts.creators.items():
        assert rows[words_of(title)]["creator"] == creator, title
    for title, kind in facts.kinds.items():
        assert rows[words_of(title)]["kind"] == kind, title


def test_nothing_personal_is_in_any_file(imported: Imported):
    texts = imported.tables.texts()
    assert [word for word in sorted(imported.facts.forbidden) if word in texts] == []


def test_the_check_finds_an_import_sound(imported: Imported):
    report = check_log(str(imported.tables.folder))
    assert report.events.usable >= 0.99 * imported.facts.events


@pytest.mark.parametrize("name", ["movielens-100k", "spotify-mpd"])
def test_an_archive_is_read_as_its_folder_is(name: str, tmp_path: Path):
    facts = EXPORTS[name](tmp_path, listeners=10, seed=SEED)
    archive = shutil.make_archive(str(tmp_path / "export"), "zip", tmp_path, facts.source.name)
    import_log(facts.format, str(facts.source), str(tmp_path / "folder"))
    import_log(facts.format, archive, str(tmp_path / "archive"))
    assert Import(tmp_path / "archive").events.equals(Import(tmp_path / "folder").events)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", WHOLE)
def test_an_export_goes_through_to_titles(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
):
    facts = EXPORTS[name](tmp_path / "export", listeners=MANY, seed=SEED)
    data, home = tmp_path / "data", tmp_path / "home"
    done = upnext("data", "import", facts.format, facts.source, "--out", data)
    assert done.returncode == 0, done.stdout + done.stderr
    done = upnext("data", "check", data)
    assert done.returncode == 0, done.stdout + done.stderr

    done = upnext(*run_words(data, home, QUICK), seconds=1500)
    lines = (done.stdout + done.stderr).strip().splitlines()
    record_property("exit code", done.returncode)
    record_property("last line", lines[-1])
    assert done.returncode == 0, "\n".join(lines[-20:])

    tables = Import(data)
    listener = tables.events.user_id.value_counts().index[0]
    done = upnext("recommend", "--home", home, "--user", listener, "-k", "10")
    assert done.returncode == 0, done.stdout + done.stderr
    record_property("recommended", done.stdout)
    titles = {title.strip() for title in tables.catalog.title.dropna() if title.strip()}
    answer = done.stdout.partition("Up next")[2].splitlines()
    assert sum(any(title in line for title in titles) for line in answer) == 10, done.stdout
