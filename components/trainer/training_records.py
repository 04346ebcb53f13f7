"""The records of the trainers: how a model was trained, and with what settings."""

from typing import ClassVar

from components.common.record import Figure, Part, Record
from models import names
from models.config import RankerConfig, TwoTowerConfig


class TrainingHistory(Part):
    """What training did, epoch by epoch."""

    monitor: str
    best_epoch: int
    """Counted from 1; 0 where nothing was trained."""
    best: Figure
    epochs: list[dict[str, Figure]]
    warm: bool = False
    """Whether it started from the model in production."""


class Training(Record):
    """Both Trainers: how a model was trained."""

    FILE: ClassVar[str] = "training.json"

    max_length: int
    items: int
    split: str = names.TRAIN
    """What the model has learnt from: `train`, `known` if the final fit was rehearsed, or `all`."""
    anew: bool = False
    """Whether the final fit, and its rehearsal, begin anew in place of going on from the first one."""
    history: TrainingHistory


class RetrievalTraining(Training):
    """RetrievalTrainer: how the towers were trained, and with what settings."""

    config: TwoTowerConfig


class RankerTraining(Training):
    """RankerTrainer: how the ranker was trained, with what settings, and what it learnt besides its weights."""

    config: RankerConfig
    heads: list[str]
    exclude_seen: bool
    evidence_weight: float
    evidence_shares: dict[str, float]
    """What part each memory has in the evidence."""
