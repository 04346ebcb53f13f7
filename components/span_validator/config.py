"""What a new span may differ in from those before it. No TensorFlow, no TFX."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SpansConfig:
    """Thresholds of the newest span's validation; shares are from 0 to 1."""

    min_size: float = 0.2
    """Least events a day, against the usual day of the spans before."""
    max_size: float = 10.0
    """Most events a day, against the usual day of the spans before."""
    max_dropped: float = 0.2
    """Largest share of the events that one policy may drop (times in the future, items without catalogue)."""
    max_before: float = 0.2
    """Largest share of the events that may lie before the end of the earlier spans (plays that came late)."""
    min_items_kept: float = 0.8
    """Least share of the items played before that the newest catalogue still has."""
    max_drift: float = 0.3
    """Largest distance from the span before: of one value's share (L-infinity), of numbers Jensen-Shannon."""
    max_skew: float = 0.3
    """The same against all earlier spans together, which the model in production learnt from."""
    max_new_values: float = 0.2
    """Largest share of events whose value of a column no earlier span has."""
    min_filled: float = 0.5
    """Least share of events with a value in a column, against the share in the first span."""
    may_lack: tuple[str, ...] = ()
    """Columns that the newest span may lack though earlier ones have them."""
    min_events: int = 1000
    """A span with fewer usable events is too small for its distributions to be compared."""
    sample: int = 2_000_000
    """About the most events of which statistics are made: of more, every second, third, … row."""
