import numpy as np

from listening_log.cleaning.policy_counts import PolicyCounts
from listening_log.cleaning.row_numbers import files_of, number_rows, rows_in_file


def test_places_of_policies_keep_the_first() -> None:
    one = PolicyCounts({"repeat": 1}, {"no_time": 7}, {"repeat": 1})
    other = PolicyCounts({"repeat": 2, "no_time": 1}, {"no_time": 3}, {"repeat": 1})
    assert PolicyCounts.merge([one, other]) == PolicyCounts(
        {"repeat": 3, "no_time": 1}, {"no_time": 3}, {"repeat": 2}
    )


def test_rows_of_a_batch_are_counted_by_policy() -> None:
    rows = number_rows(2, 10, 3)
    masks = {"a": np.array([False, True, True]), "b": np.zeros(3, bool)}
    assert PolicyCounts.of(masks, rows) == PolicyCounts({"a": 2}, {"a": 2 << 40 | 11})


def test_a_policy_may_have_a_count_and_no_place() -> None:
    assert PolicyCounts.single("a", 2) == PolicyCounts({"a": 2})
    assert PolicyCounts.single("a", 0) == PolicyCounts()


def test_counts_of_the_newest_span_stay_apart() -> None:
    counts = PolicyCounts.single("a", 2) + PolicyCounts.single("a", 3).as_newest()
    assert (counts.counts, counts.newest) == ({"a": 5}, {"a": 3})


def test_a_place_is_a_line_of_its_file(write_log) -> None:
    folder = write_log(**{"events-1": "user_id\nu\n", "events-2": "user_id\n\nu\nv\n"})
    counts = PolicyCounts.single("a", 1, int(number_rows(1, 1, 1)[0]))
    paths = [f"{folder}/events-1.csv", f"{folder}/events-2.csv"]
    assert counts.places(paths) == {"a": f"{folder}/events-2.csv, line 4"}


def test_the_most_frequent_policy_is_named() -> None:
    assert PolicyCounts({"b": 2, "a": 2, "c": 1}).most_frequent == "a"
    assert PolicyCounts().most_frequent is None


def test_numbers_of_rows_hold_file_and_row() -> None:
    rows = number_rows(3, 7, 2)
    assert files_of(rows).tolist() == [3, 3]
    assert rows_in_file(rows).tolist() == [7, 8]
