from contextvars import copy_context

from surfaces.common import budget


def test_a_question_has_no_more_time_than_the_answer_has_left() -> None:
    def answer() -> tuple[float, float, float]:
        budget.begin(0.3)
        within, short = budget.seconds_left(10), budget.seconds_left(0.1)
        budget.begin(-1)
        return within, short, budget.seconds_left(10)

    within, short, late = copy_context().run(answer)
    assert 0 < within <= 0.3
    assert (short, late) == (0.1, 0)
    assert budget.seconds_left(10) == 10  # no answer is begun here


def test_what_is_done_after_an_answer_has_its_time() -> None:
    def answer() -> float:
        budget.begin(0.0)
        budget.end()
        return budget.seconds_left(5)

    assert copy_context().run(answer) == 5
