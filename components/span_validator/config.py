"""What a new span may differ in from those before it. No TensorFlow, no TFX."""

from models.settings import AtLeastOne, Count, Settings, Share


class SpansConfig(Settings):
    """What a new span may differ in.

    Compared with the spans before it, where there are any ([day after day](day-after-day.md)).
    """

    min_size: Share = 0.2
    """Fewest events a day, as a multiple of the usual day of the spans before."""
    max_size: AtLeastOne = 10.0
    """Most events a day, as a multiple of the usual day of the spans before."""
    max_dropped: Share = 0.2
    """Largest share of the events that one policy may drop: times ahead of now, items that the catalogue
    lacks."""
    max_before: Share = 0.2
    """Largest share of the events that may lie before the end of the earlier spans: plays that came late."""
    min_items_kept: Share = 0.8
    """Smallest share of the items played before that the newest catalogue must still have."""
    max_drift: Share = 0.3
    """How far the share of a value (`surface=home`) may move from the span before: 0.3 is from 10% to 40%."""
    max_skew: Share = 0.3
    """The same from all earlier spans together, which the models in production learnt from."""
    max_divergence: Share = 0.15
    """Largest Jensen-Shannon divergence of numbers from both: `ms_played`, `rating`, the hour of the day."""
    max_new_values: Share = 0.2
    """Largest share of a column's values that no earlier span has."""
    min_filled: Share = 0.5
    """Smallest share of events with a value in a column, as a multiple of what it was in the first span."""
    may_lack: tuple[str, ...] = ()
    """Columns that a span may lack though those before it have them."""
    min_events: Count = 1000
    """With fewer values of a column on either side nothing is said of its distribution."""
    sample: Count = 2_000_000
    """Statistics are made of about so many events at most; of k times as many every k-th row is taken."""
