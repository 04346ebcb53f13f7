"""Puts the words of a title together, and leaves out what isn't true."""

from collections.abc import Sequence

from surfaces.common.moment import Moment
from surfaces.daylist.checker import Checker


def true_title(checker: Checker, moment: Moment, descriptors: Sequence[str]) -> str:
    """The descriptors of which every word is true, then the weekday and the part of the day."""
    true = [text for text in descriptors if all(checker.is_true(word) for word in text.split())]
    return " ".join([*true, moment.weekday, moment.part_of_day])
