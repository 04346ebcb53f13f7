"""How far a stage is, in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class StageProgress:
    """The stage under way, and what it has reported."""

    name: str
    start: float
    share: float = 0.0
    """How much of its work is done, 0 to 1; 0 where the stage doesn't report it."""
    first_share: float = 0.0
    first_time: float | None = None
    """When the stage first reported its share, and which: the pace is measured from there."""
    facts: dict[str, object] = field(default_factory=dict)

    def update(self, facts: Mapping[str, object], now: float) -> None:
        """Takes in what the stage reports."""
        self.facts.update(facts)
        for done, whole in (("step", "steps"), ("epoch", "epochs")):
            steps, all_steps = facts.get(done, 0), facts.get(whole)
            if isinstance(steps, int) and isinstance(all_steps, int) and all_steps:
                self.share = min(1.0, max(self.share, steps / all_steps))
        if self.first_time is None and self.share > 0:
            self.first_time, self.first_share = now, self.share

    def describe(self, now: float) -> str:
        """How far it is, the time left, its figures and its note."""
        parts = []
        if "epochs" in self.facts:
            parts.append(f"epoch {self.facts.get('epoch', 0)}/{self.facts['epochs']}")
        elif "steps" in self.facts:
            parts.append(f"{100 * self.share:.0f}%")
        if self.first_time is not None and self.share > self.first_share:
            pace = (now - self.first_time) / (self.share - self.first_share)
            parts.append(f"up to {duration(pace * (1 - self.share))} left")  # training may stop early
        parts += [f"{key} {value:.4g}" for key, value in _main_figures(self.facts.get("metrics"))]
        if "note" in self.facts:
            parts.append(str(self.facts["note"]))
        return ", ".join(parts)


def duration(seconds: float) -> str:
    """Seconds as a person reads them: 4 s, 1:05, 2:03:00."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def _main_figures(metrics: object) -> list[tuple[str, float]]:
    """The loss and the figure on `eval`: as much as fits a line."""
    if not isinstance(metrics, Mapping):
        return []
    numbers = [(key, value) for key, value in metrics.items() if isinstance(value, int | float)]
    loss = [pair for pair in numbers if pair[0] == "loss"]
    return loss + [pair for pair in numbers if pair[0] != "loss" and "lr" not in pair[0].split("_")][:2]
