import numpy as np
import pyarrow as pa
import pytest

from listening_log.cleaning.users import bucket_labels, read_users


def test_an_absent_table_is_none(write_log) -> None:
    assert read_users(write_log()) is None


def test_text_stays_and_an_absent_value_has_no_token(write_log) -> None:
    users = read_users(write_log(users="user_id,country,plan\nu2,SE,\nu1,NO,free\n"))
    assert dict(users) == {"u1": ["country=NO", "plan=free"], "u2": ["country=SE"]}
    assert users.columns == ("country", "plan")


def test_an_unknown_listener_has_no_entry(write_log) -> None:
    users = read_users(write_log(users="user_id,country\nu2,SE\n"))
    assert users.get("u1") is None
    assert users.get("u3") is None
    assert users.tokens_of(pa.array(["u3", "u2"])).to_pylist() == [None, ["country=SE"]]


def test_the_first_row_of_a_listener_counts_and_one_without_id_does_not(write_log) -> None:
    users = read_users(write_log(users="user_id,country\nu,SE\n,DK\nu,NO\n"))
    assert dict(users) == {"u": ["country=SE"]}


def test_numbers_become_buckets_of_about_as_many_listeners(write_log) -> None:
    rows = "".join(f"u{age},{age}\n" for age in range(10, 90))
    users = read_users(write_log(users=f"user_id,age\n{rows}"))
    assert users["u10"] == ["age=10-19"]
    assert users["u19"] == ["age=10-19"]
    assert users["u20"] == ["age=20-29"]
    assert users["u89"] == ["age=80-89"]


def test_few_different_numbers_stay_as_they_are() -> None:
    assert bucket_labels(np.array([1.0, 2.5, 1.0])).tolist() == ["1", "2.5", "1"]


def test_buckets_of_fractions_share_their_ends() -> None:
    labels = bucket_labels(np.arange(16) / 2)
    assert labels[:2].tolist() == ["0-1", "0-1"]
    assert labels[2] == "1-2"


def test_a_table_of_ids_alone_gives_no_tokens(write_log) -> None:
    assert dict(read_users(write_log(users="user_id\nu\n"))) == {"u": []}


@pytest.mark.parametrize("text", ["user_id", "user_id,age\n"])
def test_a_table_without_rows_describes_nobody(write_log, text: str) -> None:
    assert len(read_users(write_log(users=text))) == 0
