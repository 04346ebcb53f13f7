"""What came of some days of a life, and the table of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce


@dataclass(frozen=True)
class Outcome:
    """What came of some days of a life."""

    sessions: int
    plays: int
    """What was started and not skipped."""
    skips: int
    new_creators: int
    """Plays whose creator the listener had not played before."""
    new_shows: int
    """How often a listener kept the first episode of a show that was new to them."""
    creators: frozenset[str]
    """Those who were played."""
    all_creators: int
    """How many the catalogue has."""

    @property
    def skip_share(self) -> float:
        """The share of started items that were skipped."""
        return self.skips / max(self.plays + self.skips, 1)

    @property
    def non_habitual(self) -> float:
        """The share of plays whose creator the listener had not played before."""
        return self.new_creators / max(self.plays, 1)

    @property
    def coverage(self) -> float:
        """The share of the catalogue's creators who were played."""
        return len(self.creators) / max(self.all_creators, 1)

    def then(self, later: "Outcome") -> "Outcome":
        """The outcome of these days and of later ones of the same life."""
        return Outcome(
            self.sessions + later.sessions,
            self.plays + later.plays,
            self.skips + later.skips,
            self.new_creators + later.new_creators,
            self.new_shows + later.new_shows,
            self.creators | later.creators,
            later.all_creators,
        )


def table(outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    """The outcomes as a table in Markdown: of each life a row a span, where there are several, and a row of all."""
    lines = [
        "| life | span | sessions | plays | skipped | plays of new creators | new shows | creators covered |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, each in outcomes.items():
        rows = {str(number): one for number, one in enumerate(each, 1)} if len(each) > 1 else {}
        rows["all"] = reduce(Outcome.then, each)
        lines += [
            f"| {name} | {span} | {one.sessions} | {one.plays} | {one.skip_share:.1%} "
            f"| {one.non_habitual:.1%} | {one.new_shows} | {one.coverage:.1%} |"
            for span, one in rows.items()
        ]
    return "\n".join(lines)
