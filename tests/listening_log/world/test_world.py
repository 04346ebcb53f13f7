"""The listening world: one seed, one world; a log that obeys its own rules; a truth that is exact."""

import hashlib
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from listening_log.errors import UsageError, UserError
from listening_log.world import WorldSummary, load_truth, make_world, true_ranking_scores
from listening_log.world.items import COUNTRIES, make_catalogue
from listening_log.world.listeners import make_listeners, make_world_taste
from listening_log.world.music import next_track_chances, play_sessions
from listening_log.world.sessions import Sessions, hour_weights
from listening_log.world.shelves import fill_shelves, pick_by_row
from listening_log.world.truth import TRUTH_FILE, Truth
from listening_log.world.words import Words

SMALL = {"users": 150, "items": 300, "days": 40, "seed": 5}


@pytest.fixture(scope="module")
def world_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("world") / "log"


@pytest.fixture(scope="module", autouse=True)
def summary(world_folder: Path) -> WorldSummary:
    return make_world(world_folder, **SMALL)


@pytest.fixture(scope="module")
def events(world_folder: Path) -> pd.DataFrame:
    return pq.read_table(world_folder / "events.parquet").to_pandas()


@pytest.fixture(scope="module")
def catalog(world_folder: Path) -> pd.DataFrame:
    return pq.read_table(world_folder / "catalog.parquet").to_pandas().set_index("item_id")


@pytest.fixture(scope="module")
def truth(world_folder: Path) -> Truth:
    return load_truth(world_folder)


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_bytes_whatever_the_environment(world_folder, tmp_path):
    again = tmp_path / "again"
    code = f"from listening_log.world import make_world; make_world({str(again)!r}, **{SMALL})"
    strange = {
        "TZ": "Asia/Kolkata",
        "PYTHONHASHSEED": "77",
        "LC_ALL": "C",
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **strange})

    assert digests(again) == digests(world_folder)


def test_a_seed_gives_the_same_tables_in_every_release(tmp_path):
    make_world(tmp_path, users=3, items=40, days=10, seed=2)

    tables = (
        pq.read_table(tmp_path / f"{name}.parquet").to_pandas() for name in ("catalog", "events", "users")
    )
    content = "".join(table.to_csv(index=False, lineterminator="\n") for table in tables)

    assert (
        hashlib.sha256(content.encode()).hexdigest()
        == "c3bdd469724f398c87036cce4b38f59e796a068797f0f48031849fdc8ba9d18d"
    )


def test_another_seed_gives_another_world(world_folder, tmp_path):
    make_world(tmp_path, **{**SMALL, "seed": 4})

    same = digests(world_folder).items() & digests(tmp_path).items()

    assert not same


def test_the_tables_have_the_contracts_columns_and_types(world_folder):
    text, number = pa.string(), pa.int64()
    expected = {
        "events": {"user_id": text, "item_id": text, "timestamp": number, "ms_played": number}
        | {"end_reason": text, "surface": text, "device": text},
        "catalog": {"item_id": text, "kind": text, "title": text, "creator": text, "genres": text}
        | {"duration_ms": number, "release_date": text, "description": text, "explicit": number}
        | {"countries": text},
        "users": {"user_id": text, "country": text, "age": number, "plan": text},
    }

    schemas = {name: pq.read_schema(world_folder / f"{name}.parquet") for name in expected}

    assert {name: dict(zip(s.names, s.types, strict=True)) for name, s in schemas.items()} == expected
    assert all(pq.read_table(world_folder / f"{name}.parquet")[0].null_count == 0 for name in expected)


def test_the_true_preferences_stand_beside_the_tables_and_not_in_them(world_folder):
    files = set(digests(world_folder))

    assert files == {"events.parquet", "catalog.parquet", "users.parquet", TRUTH_FILE}


def test_the_summary_counts_what_was_written(summary, events, catalog):
    assert (summary.users, summary.items, summary.days) == (150, 300, 40)
    assert summary.events == len(events)
    assert summary.skipped == (events.end_reason == "skip").sum()
    assert summary.tracks == (catalog.kind == "track").sum()
    assert summary.episodes == (catalog.kind == "episode").sum()
    assert summary.episode_events == (catalog.kind[events.item_id] == "episode").sum()
    assert summary.new_items == (catalog.release_date >= "2025-01-06").sum() > 0
    assert summary.new_users > 0


def test_events_stand_by_listener_and_by_time_within_the_span(events):
    first = pd.Timestamp("2025-01-06", tz="UTC").timestamp()

    assert events.user_id.is_monotonic_increasing
    assert events.groupby("user_id").timestamp.apply(lambda t: t.is_monotonic_increasing).all()
    assert events.timestamp.between(first, first + 40 * 86_400, inclusive="left").all()
    assert events.user_id.nunique() == 150


def test_nothing_is_played_before_its_release(events, catalog):
    released = pd.to_datetime(catalog.release_date[events.item_id], utc=True).to_numpy("datetime64[s]")

    assert (events.timestamp.to_numpy("datetime64[s]") >= released).all()


def test_nothing_is_played_where_it_may_not_be_heard(world_folder, events, catalog):
    country = pq.read_table(world_folder / "users.parquet").to_pandas().set_index("user_id").country
    allowed = catalog.countries[events.item_id].to_numpy()
    home = country[events.user_id].to_numpy()

    assert (catalog.countries != "").any()
    assert all(
        not countries or own in countries.split("|") for countries, own in zip(allowed, home, strict=True)
    )


def test_outcomes_are_mixed_and_agree_with_the_time_played(events, catalog):
    share = events.end_reason.value_counts(normalize=True)
    part = events.ms_played / catalog.duration_ms[events.item_id].to_numpy()

    assert 0.08 < share["skip"] < 0.3
    assert share["stop"] > 0.01
    assert (part[events.end_reason == "done"] == 1).all()
    assert (part[events.end_reason == "skip"] <= 0.4).all()
    assert part[events.end_reason == "stop"].between(0.1, 0.96).all()


def test_plays_of_one_listener_do_not_overlap(events):
    ends = events.timestamp + events.ms_played // 1000
    following = events.groupby("user_id").timestamp.shift(-1)

    assert (following.dropna() >= ends[following.notna()]).all()


def test_popularity_has_a_long_tail(events, catalog):
    plays = events.item_id.value_counts().reindex(catalog.index, fill_value=0).to_numpy()

    plays = np.sort(plays)[::-1]

    assert plays[:30].sum() > 0.3 * plays.sum()  # the top tenth
    assert plays[150:].sum() < 0.2 * plays.sum()  # the lower half
    assert plays[0] < 0.1 * plays.sum()


def test_tracks_are_replayed_and_episodes_are_heard_once_mostly(events, catalog):
    kind = catalog.kind[events.item_id].to_numpy()
    again = events.duplicated(["user_id", "item_id"])

    assert again[kind == "track"].mean() > 0.3
    assert again[kind == "episode"].mean() < 0.15


def test_a_show_is_heard_in_the_order_of_its_episodes(events, catalog):
    heard = events[catalog.kind[events.item_id].to_numpy() == "episode"]
    heard = heard.assign(
        show=catalog.creator[heard.item_id].to_numpy(), release=catalog.release_date[heard.item_id].to_numpy()
    ).drop_duplicates(["user_id", "item_id"])

    in_order = heard.groupby(["user_id", "show"]).release.apply(lambda dates: dates.is_monotonic_increasing)

    assert len(in_order) > 50
    assert in_order.all()


def test_new_episodes_are_heard_soon_after_release(events, catalog):
    new = events[(catalog.kind[events.item_id] == "episode").to_numpy()]
    release = (
        pd.to_datetime(catalog.release_date[new.item_id], utc=True).map(pd.Timestamp.timestamp).to_numpy()
    )
    first = pd.Timestamp("2025-01-06", tz="UTC").timestamp()

    days = ((new.timestamp.to_numpy() - release) / 86_400)[release >= first]

    assert np.median(days) < 7


def test_a_commuter_listens_at_seven_local_time_and_less_at_weekends():
    berlin, mexico = COUNTRIES.index("DE"), COUNTRIES.index("MX")

    commuter = hour_weights(days=7, first_weekday=0)[0]

    assert commuter[berlin, :24].argmax() == 7 - 1  # UTC
    assert commuter[mexico, :24].argmax() == 7 + 6
    assert commuter[berlin, 5 * 24 : 6 * 24].sum() == pytest.approx(0.8 * commuter[berlin, :24].sum())


def test_events_fall_into_their_listeners_hours(events, truth):
    row = events.user_id.map(truth.user_row).to_numpy()
    hour = (events.timestamp.to_numpy() - truth.start) // 3600
    people = truth.listeners

    weight = hour_weights(days=40, first_weekday=0)[people.rhythm[row], people.country[row]]
    usual = weight[np.arange(len(row)), hour] / weight.mean(axis=1)

    assert usual.mean() > 1.3


def test_names_are_distinct_where_they_identify(catalog):
    tracks = catalog[catalog.kind == "track"]
    genre = tracks.genres.str.split("|").str[0]

    assert not catalog.duplicated(["creator", "title"]).any()
    assert tracks.groupby("creator").apply(lambda rows: genre[rows.index].nunique() == 1).all()
    assert genre.nunique() >= 7
    assert (tracks.title.str.len() > 2).all()


def test_what_follows_a_track_is_foretold_better_by_transitions_than_by_popularity(events):
    kept = events[events.end_reason != "skip"]
    last = kept.drop_duplicates("user_id", keep="last")
    past = kept.drop(last.index)
    popular = past.item_id.value_counts().index
    before = past.drop_duplicates("user_id", keep="last").set_index("user_id").item_id
    following = past.assign(next=past.groupby("user_id").item_id.shift(-1)).dropna()
    ranked = following.groupby("item_id").next.apply(lambda n: n.value_counts().index[:10])
    requests = last[last.user_id.isin(before.index)]
    top = [
        list(dict.fromkeys([*ranked.get(before[user], []), *popular[:10]]))[:10]
        for user in requests.user_id.to_numpy()
    ]

    markov = np.mean([item in best for item, best in zip(requests.item_id, top, strict=True)])
    popularity = requests.item_id.isin(popular[:10]).mean()

    assert markov > popularity + 0.1


def test_the_truth_foretells_far_better_than_popularity(events, truth):
    last = events[events.end_reason != "skip"].drop_duplicates("user_id", keep="last")
    popular = truth.item_ids[np.argsort(-events.item_id.value_counts().reindex(truth.item_ids, fill_value=0))]
    rows = events.groupby("user_id")

    hits = []
    for event in last.itertuples():
        past = rows.get_group(event.user_id).loc[: event.Index - 1]
        if len(past):
            scores = true_ranking_scores(
                truth,
                event.user_id,
                event.timestamp,
                history=tuple(past.item_id),
                last_timestamp=past.timestamp.iloc[-1],
                last_skipped=past.end_reason.iloc[-1] == "skip",
                surface=event.surface,
            )
            hits.append(event.item_id in truth.item_ids[np.argsort(-scores)[:10]])

    assert np.mean(hits) > 0.5
    assert np.mean(hits) > last.item_id.isin(popular[:10]).mean() + 0.25


@pytest.mark.parametrize("surface", ["", "home", "library", "radio"])
def test_the_true_chances_of_all_items_sum_to_one(truth, surface):
    user, when = truth.user_ids[7], truth.start + 20 * 86_400
    past = {"history": (truth.item_ids[5],), "last_timestamp": when - 100}

    begins = true_ranking_scores(truth, user, when, surface=surface, kept=False)
    goes_on = true_ranking_scores(truth, user, when, surface=surface, kept=False, **past)

    assert begins.sum() == pytest.approx(1)
    assert goes_on.sum() == pytest.approx(1)
    assert begins.min() >= 0
    assert goes_on.min() >= 0


def test_a_podcast_request_is_answered_with_unheard_episodes_of_followed_shows(truth):
    fan = truth.subscriptions.listener[0]
    when = truth.start + 39 * 86_400

    scores = true_ranking_scores(truth, truth.user_ids[fan], when, surface="podcasts")
    best = truth.item_ids[scores.argmax()]
    after = true_ranking_scores(truth, truth.user_ids[fan], when, surface="podcasts", history=(best,))

    assert best.startswith("episode-")
    assert scores[: truth.catalogue.tracks].sum() == 0
    assert after[truth.item_row[best]] == 0


def test_the_stated_law_is_the_one_that_listeners_follow():
    catalogue = make_catalogue(120, 30, np.random.default_rng(0))
    listeners = make_listeners(
        20, catalogue, make_world_taste(catalogue, np.random.default_rng(1)), np.random.default_rng(2)
    )
    count, row, day = 200_000, 11, 17
    alike = np.ones(count, np.int32)
    sessions = Sessions(alike * row, np.full(count, day * 86_400 + 5), 2 * alike, 0 * alike, 0 * alike)

    plays = play_sessions(catalogue, listeners, sessions, np.random.default_rng(3))

    first, second = plays.track[::2], plays.track[1::2]
    skipped = plays.skipped[::2]
    law = next_track_chances(catalogue, listeners, row, day, surface=0)
    seen = np.bincount(first, minlength=catalogue.tracks) / count
    assert np.abs(seen - law).max() < 0.005
    for was_skipped in (False, True):
        before = np.bincount(first[skipped == was_skipped]).argmax()
        at = (first == before) & (skipped == was_skipped)
        seen = np.bincount(second[at], minlength=catalogue.tracks) / at.sum()
        kept = np.bincount(second[at & ~plays.skipped[1::2]], minlength=catalogue.tracks) / at.sum()
        state = {"before": before, "skipped": was_skipped, "surface": 0}
        margin = 4.5 * np.sqrt(0.25 / at.sum())
        assert np.abs(seen - next_track_chances(catalogue, listeners, row, day, **state)).max() < margin
        assert (
            np.abs(kept - next_track_chances(catalogue, listeners, row, day, kept=True, **state)).max()
            < margin
        )


def test_a_shelf_gives_only_what_is_out():
    shelves = fill_shelves(
        np.array([0, 0, 1]), np.array([1.0, 3.0, 1.0]), np.array([-400, -300, 5]), shelves=2, days=10
    )
    shelf, day = np.array([0, 0, 1, 1]), np.array([0, 0, 4, 5])

    picked = shelves.pick(shelf, day, np.array([0.2, 0.3, 0.5, 0.5]), np.full(4, 0.9))

    assert picked.tolist() == [0, 1, -1, 2]
    assert shelves.pick_chances(np.array([0.5, 0.5]), 4, 3).tolist() == [0.125, 0.375, 0.0]


def test_picks_by_row_fall_on_their_columns():
    weight = np.array([[1.0, 0.0, 3.0], [0.0, 2.0, 0.0]])

    picked = pick_by_row(weight, np.array([[0.1, 0.24, 0.26], [0.0, 0.5, 0.999]]))

    assert picked.tolist() == [[0, 0, 2], [1, 1, 1]]


def test_composed_names_differ_until_all_are_used():
    names = Words(("a", "b"), ("x", "y"), ("{a} {b}", "{b} {a}"))

    composed = [names.compose(number) for number in range(9)]

    assert len(set(composed)) == 9
    assert composed[8] == composed[0] + " 2"


@pytest.mark.parametrize("seed", range(3))
def test_the_smallest_world_is_whole(tmp_path, seed):
    summary = make_world(tmp_path / "w", users=2, items=10, days=2, seed=seed)

    assert summary.events >= 2
    assert summary.items == pq.read_metadata(tmp_path / "w" / "catalog.parquet").num_rows == 10


def test_the_first_day_can_be_chosen(tmp_path):
    make_world(tmp_path / "w", users=2, items=10, days=2, start=date(2020, 2, 29))

    times = pq.read_table(tmp_path / "w" / "events.parquet")["timestamp"].to_numpy()

    assert (times // 86_400 - 18_321 >= 0).all()
    assert (times // 86_400 - 18_321 < 2).all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"users": 1}, "users: expected a whole number of at least 2, got 1"),
        ({"items": 9}, "items: expected a whole number of at least 10, got 9"),
        ({"days": 1}, "days: expected a whole number of at least 2, got 1"),
        ({"seed": -1}, "seed: expected a whole number of at least 0, got -1"),
        ({"users": 2.5}, "users: expected a whole number of at least 2, got 2.5"),
    ],
)
def test_a_wrong_argument_is_named_and_nothing_is_written(tmp_path, wrong, message):
    with pytest.raises(UsageError) as error:
        make_world(tmp_path / "w", **{**SMALL, **wrong})

    assert str(error.value) == message
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path):
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "events.csv").write_text("mine")

    with pytest.raises(UsageError, match=r"holds other files \(events\.csv\)"):
        make_world(tmp_path / "w", **SMALL)

    assert (tmp_path / "w" / "events.csv").read_text() == "mine"


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "w").write_text("mine")

    with pytest.raises(UsageError, match="is a file"):
        make_world(tmp_path / "w", **SMALL)


def test_an_earlier_world_is_replaced(world_folder, tmp_path):
    make_world(tmp_path / "w", users=2, items=10, days=2)
    make_world(tmp_path / "w", **SMALL)

    assert digests(tmp_path / "w") == digests(world_folder)
    assert [path.name for path in tmp_path.iterdir()] == ["w"]


def test_a_failure_leaves_nothing_half_written(tmp_path):
    def stop(done: int, users: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_world(tmp_path / "w", **SMALL, progress=stop)

    assert list(tmp_path.iterdir()) == []


def test_progress_ends_with_all_listeners(tmp_path):
    progress = []

    make_world(tmp_path / "w", **SMALL, progress=lambda done, users: progress.append((done, users)))

    assert progress[-1] == (150, 150)


def test_a_folder_without_truth_says_so(tmp_path):
    with pytest.raises(UserError, match="only a made world has its true preferences"):
        load_truth(tmp_path)


def test_an_artists_tracks_stand_in_order_of_release(truth):
    assert truth.catalogue.by_artist.order.tolist() == list(range(truth.catalogue.tracks))


def test_a_file_in_the_place_of_the_parent_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine")

    with pytest.raises(UsageError, match="file: is a file"):
        make_world(tmp_path / "file" / "w", **SMALL)


def test_a_disk_that_says_no_is_told_in_one_line(tmp_path):
    with pytest.raises(UserError, match="cannot write the world: File name too long"):
        make_world(tmp_path / ("w" * 250), **SMALL)
