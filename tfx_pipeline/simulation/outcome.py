"""What came of some days of a life, and the tables of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce


@dataclass(frozen=True)
class Starts:
    """What listeners started of some lists."""

    lists: int = 0
    plays: int = 0
    """Items that were started and not skipped."""
    skips: int = 0
    new: int = 0
    """Items that were started, and that the listener had never started before."""
    new_skips: int = 0

    @property
    def started(self) -> int:
        """All items that were started."""
        return self.plays + self.skips

    @property
    def shares(self) -> tuple[float, float, float, float]:
        """The shares skipped of all that was started, new of all, skipped of the new, skipped of the others."""
        new, known = max(self.new, 1), max(self.started - self.new, 1)
        every = max(self.started, 1)
        return (
            self.skips / every,
            self.new / every,
            self.new_skips / new,
            (self.skips - self.new_skips) / known,
        )

    def plus(self, other: "Starts") -> "Starts":
        """These and others."""
        return Starts(
            self.lists + other.lists,
            self.plays + other.plays,
            self.skips + other.skips,
            self.new + other.new,
            self.new_skips + other.new_skips,
        )


@dataclass(frozen=True)
class Outcome:
    """What came of some days of a life."""

    sessions: int = 0
    surfaces: Mapping[str, Starts] = field(default_factory=dict)
    """What was started, by where it was shown."""
    new_creators: int = 0
    """Plays whose creator the listener had not played before."""
    new_shows: int = 0
    """How often a listener kept the first episode of a show that was new to them."""
    creators: frozenset[str] = frozenset()
    """Those who were played."""
    all_creators: int = 0
    """How many the catalogue has."""

    @property
    def starts(self) -> Starts:
        """What was started anywhere."""
        return reduce(Starts.plus, self.surfaces.values(), Starts())

    @property
    def plays_a_session(self) -> float:
        """What was started and not skipped, by session."""
        return self.starts.plays / max(self.sessions, 1)

    @property
    def non_habitual(self) -> float:
        """The share of plays whose creator the listener had not played before."""
        return self.new_creators / max(self.starts.plays, 1)

    @property
    def coverage(self) -> float:
        """The share of the catalogue's creators who were played."""
        return len(self.creators) / max(self.all_creators, 1)

    def then(self, later: "Outcome") -> "Outcome":
        """The outcome of these days and of later ones of the same life."""
        surfaces = {
            name: self.surfaces.get(name, Starts()).plus(later.surfaces.get(name, Starts()))
            for name in {**self.surfaces, **later.surfaces}
        }
        return Outcome(
            self.sessions + later.sessions,
            surfaces,
            self.new_creators + later.new_creators,
            self.new_shows + later.new_shows,
            self.creators | later.creators,
            max(self.all_creators, later.all_creators),
        )


def table(outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    """The outcomes as a table in Markdown: of each life a row a span, where there are several, and a row of all."""
    lines = [
        "| life | span | sessions | plays | skipped | new to the listener | of these skipped | of the others "
        "| plays of new creators | new shows | creators covered |",
        "| --- | --- |" + " ---: |" * 9,
    ]
    for name, each in outcomes.items():
        rows = {str(number): one for number, one in enumerate(each, 1)} if len(each) > 1 else {}
        rows["all"] = reduce(Outcome.then, each)
        lines += [
            f"| {name} | {span} | {one.sessions} | {one.starts.plays} | {_shares(one.starts)} "
            f"| {one.non_habitual:.1%} | {one.new_shows} | {one.coverage:.1%} |"
            for span, one in rows.items()
        ]
    return "\n".join(lines)


def surfaces_table(outcomes: Sequence[Outcome]) -> str:
    """What came of each destination in a life, as a table in Markdown."""
    lines = [
        "| destination | lists | plays a list | skipped | new to the listener | of these skipped | of the others |",
        "| --- |" + " ---: |" * 6,
    ]
    for name, one in sorted(reduce(Outcome.then, outcomes).surfaces.items()):
        lines.append(f"| {name} | {one.lists} | {one.plays / max(one.lists, 1):.1f} | {_shares(one)} |")
    return "\n".join(lines)


def _shares(starts: Starts) -> str:
    return " | ".join(f"{share:.1%}" for share in starts.shares)
