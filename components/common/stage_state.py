"""The state of a stage in a run, in the words that logs, notes and messages have for it."""

from enum import Enum


class StageState(str, Enum):
    """What has become of a stage, on whichever runner; a member equals its word and is written as it."""

    START = "start"
    DONE = "done"
    CACHED = "cached"
    SKIPPED = "skipped"
    """It stands behind a condition that does not hold, or behind a stage that has made nothing."""
    FAILED = "failed"
    DAMAGED = "damaged"
    """Its earlier output has changed since it was made, and was removed."""

    __str__ = str.__str__
    __repr__ = str.__repr__

    @property
    def has_outputs(self) -> bool:
        """Whether the stage has ended well and its outputs are there."""
        return self in (StageState.DONE, StageState.CACHED)
