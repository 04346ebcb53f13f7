import pytest

from tfx_pipeline.terminal.stage_progress import duration


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1:00"), (65, "1:05"), (7384, "2:03:04")]
)
def test_durations_read_as_people_write_them(seconds: float, text: str):
    assert duration(seconds) == text
