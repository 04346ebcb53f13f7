"""What a fit reports, epoch by epoch."""

from dataclasses import dataclass, field

from components.trainer.training_records import TrainingHistory

Logs = dict[str, float] | None
"""What Keras hands to callbacks."""


@dataclass
class History:
    """What training did, epoch by epoch."""

    monitor: str
    best_epoch: int = 0
    best: float = 0.0
    epochs: list[dict[str, float]] = field(default_factory=list)
    warm: bool = False
    """Whether it started from the model in production."""

    def as_record(self) -> TrainingHistory:
        """The history as other stages read it."""
        return TrainingHistory.model_validate(self, from_attributes=True)
