import pytest

from surfaces.common import breaker
from surfaces.common.breaker import FAILURES, PAUSE_SECONDS, Breaker


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(breaker, "time", clock)
    return clock


def test_after_failures_in_a_row_nobody_asks_for_a_moment_and_then_one(clock: Clock) -> None:
    guard = Breaker()
    for _ in range(FAILURES):
        assert guard.is_closed()
        guard.note_failure()
    assert not guard.is_closed()
    clock.now += PAUSE_SECONDS
    assert [guard.is_closed() for _ in range(3)] == [True, False, False]
    guard.note_answer()
    assert all(guard.is_closed() for _ in range(3))


def test_an_answer_between_failures_starts_the_count_anew(clock: Clock) -> None:
    guard = Breaker()
    for _ in range(3 * FAILURES):
        guard.note_failure()
        guard.note_answer()
    assert guard.is_closed()
