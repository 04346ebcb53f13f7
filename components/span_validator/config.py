"""What a new span may differ in from those before it. No TensorFlow, no TFX."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SpansConfig:
    """Thresholds of a new span's validation; shares are from 0 to 1, and times UTC."""

    min_size: float = 0.2
    """Fewest events a day, as a multiple of the usual day of the spans before."""
    max_size: float = 10.0
    """Most events a day, likewise."""
    max_dropped: float = 0.2
    """Largest share of the events that one policy may drop: times ahead of now, items without a catalogue row."""
    max_before: float = 0.2
    """Largest share of the events that may lie before the end of the earlier spans: plays that came late."""
    min_items_kept: float = 0.8
    """Smallest share of the items played before that the newest catalogue must still have."""
    max_drift: float = 0.3
    """How far the share of a value (`surface=home`) may move from the span before: 0.3 is from 10% to 40%."""
    max_skew: float = 0.3
    """The same from all earlier spans together, which the model in production learnt from."""
    max_divergence: float = 0.15
    """Largest Jensen-Shannon divergence (from 0 to 1) of numbers from both: ms_played, rating, hour of the day."""
    max_new_values: float = 0.2
    """Largest share of a column's values that no earlier span has."""
    min_filled: float = 0.5
    """Smallest share of events with a value in a column, as a multiple of what it was in the first span."""
    may_lack: tuple[str, ...] = ()
    """Columns that a span may lack though those before it have them."""
    min_events: int = 1000
    """With fewer values of a column on either side nothing is said of its distribution."""
    sample: int = 2_000_000
    """Statistics are made of about so many events at most; of k times as many every k-th row is taken."""
