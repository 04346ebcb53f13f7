import threading
from contextvars import copy_context

from surfaces.common import budget
from surfaces.service.later import InTurn, at_once


def test_what_is_done_at_once_has_its_time_and_the_answer_keeps_its_own() -> None:
    left = []

    def answer() -> None:
        budget.begin(0.5)
        at_once(lambda: left.append(budget.seconds_left(60)))
        left.append(budget.seconds_left(60))

    copy_context().run(answer)
    assert left[0] == 60
    assert left[1] <= 0.5


def test_tasks_are_done_one_at_a_time_in_their_order_and_nobody_waits_for_them() -> None:
    later, door, done, order = InTurn(), threading.Event(), threading.Event(), list[str]()
    later(lambda: door.wait(20) and order.append("first"))
    later(lambda: order.append("second"))
    later(done.set)
    assert order == []
    door.set()
    assert done.wait(20)
    assert order == ["first", "second"]


def test_a_task_that_fails_keeps_no_other_from_its_turn() -> None:
    later, done = InTurn(), threading.Event()
    later(lambda: 1 / 0)
    later(done.set)
    assert done.wait(20)


def test_tasks_that_come_when_too_many_wait_are_left_out() -> None:
    later, begun, door, done = InTurn(most=2), threading.Event(), threading.Event(), list[int]()
    later(lambda: begun.set() or door.wait(20))
    assert begun.wait(20)
    for number in range(4):
        later(lambda number=number: done.append(number))
    last = threading.Event()
    door.set()
    while len(done) < 2 and not last.wait(0.01):
        pass
    later(last.set)
    assert last.wait(20)
    assert done == [0, 1]


def test_it_works_again_after_it_had_nothing_to_do() -> None:
    later = InTurn()
    for _ in range(3):
        done = threading.Event()
        later(done.set)
        assert done.wait(20)
