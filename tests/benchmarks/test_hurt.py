"""What `python -m benchmarks.hurt` sends, and how it reads answers."""

import random
import socket

import pytest

from benchmarks.hurt.malformed import Reader, Tally
from benchmarks.hurt.wrong_connections import ENDING
from benchmarks.hurt.wrong_grpc import WRONG
from benchmarks.hurt.wrong_http import LASTING


@pytest.mark.parametrize("kinds", [LASTING, ENDING, WRONG])
def test_kinds_have_names_of_their_own_and_are_made_by_their_seed(kinds: tuple):
    assert len({kind.name for kind in kinds}) == len(kinds)
    first, second = ([kind.make(random.Random(7)) for kind in kinds] for _ in range(2))
    assert first == second


def test_answers_that_follow_one_another_are_told_apart():
    ours, theirs = socket.socketpair()
    theirs.sendall(
        b"HTTP/1.1 400 Bad\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n"
    )
    theirs.close()
    reader = Reader(ours)
    assert [reader.status() for _ in range(3)] == [400, 404, None]
    ours.close()


def test_a_tally_keeps_what_was_answered_otherwise():
    tally, other = Tally(), Tally()
    tally.add("a", 400, is_right=True)
    other.add("a", 200, is_right=False)
    tally.join(other)
    assert tally.sent == {"a": 2}
    assert tally.surprises == {"a: 200": 1}
