from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening_log.cleaning.release_day import release_days
from models.names import RELEASE_UNKNOWN


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1970", 0),
        ("1970-02", 31),
        ("1970-01-02", 1),
        ("1969-12-31", -1),
        ("1995", 9131),
        (" 1970-01-02T10:00:00Z", 1),
        ("1970.0", 0),
        ("2024-02-29", 19782),
        ("2023-02-29", RELEASE_UNKNOWN),
        ("1970-13", RELEASE_UNKNOWN),
        ("1970-01-00", RELEASE_UNKNOWN),
        ("soon", RELEASE_UNKNOWN),
        ("19700101", RELEASE_UNKNOWN),
        ("0000", RELEASE_UNKNOWN),
        ("", RELEASE_UNKNOWN),
    ],
)
def test_a_year_or_an_iso_date_becomes_its_first_day(text: str, day: int) -> None:
    assert release_days(pa.array([text])).tolist() == [day]


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_iso_date_is_its_day(day: date) -> None:
    assert release_days(pa.array([day.isoformat()])).tolist() == [(day - date(1970, 1, 1)).days]
