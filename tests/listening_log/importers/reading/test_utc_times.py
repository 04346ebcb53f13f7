import pyarrow as pa
import pytest

from listening_log.importers.reading.utc_times import utc_seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2021-03-04T17:12:33Z", 1_614_877_953),
        ("2021-03-04 17:12:33.250 UTC", 1_614_877_953),
        ("2021-03-04 17:12", 1_614_877_920),
        ("2021-03-04T17:12:33+02:00", None),
        ("2021-13-04T17:12:33Z", None),
        ("1614877953", None),
        (None, None),
    ],
)
def test_times_in_utc_are_seconds_and_others_none(text: str | None, seconds: int | None) -> None:
    assert utc_seconds(pa.array([text], pa.string())).to_pylist() == [seconds]
