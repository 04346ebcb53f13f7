"""The results of a run, as a table for people and as an exit code for scripts."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from components.common.record import Record
from components.common.records import (
    RECENT_POPULARITY,
    TWO_STAGE,
    Evaluation,
    Gates,
    Index,
    Push,
    ServingCheck,
)
from models import names
from tfx_pipeline.terminal.exit_codes import DONE, REFUSED

MODELS: Final = {
    TWO_STAGE: "retrieval, then ranker",
    names.RANKER: "ranker alone",
    names.RETRIEVAL: "retrieval alone",
    "blend": "blend of counts",
    "item_knn": "item kNN",
    "markov": "Markov",
    "popularity": "popularity",
    RECENT_POPULARITY: "popularity, last 7 days",
}
METRICS: Final = ("hr@10", "ndcg@10", "mrr")
_Record = TypeVar("_Record", bound=Record)


@dataclass(frozen=True)
class Results:
    """The records of the stages; None where a stage has not run."""

    evaluation: Evaluation | None = None
    index: Index | None = None
    final_index: Index | None = None
    serving: ServingCheck | None = None
    gates: Gates | None = None
    push: Push | None = None

    @property
    def exit_code(self) -> int:
        """0 after a push, 3 where a gate said no."""
        return DONE if self.gates and self.gates.blessed else REFUSED

    def table(self) -> str:
        """The figures, a line each; the last line says how the run ended."""
        return "\n".join([*self._quality(), *self._production(), *self._serving(), "", *self._verdict()])

    def _quality(self) -> list[str]:
        lines = [f"{'on test':34}" + "".join(f"{name:>10}" for name in METRICS)]
        if self.evaluation is None:
            return lines
        for key, name in MODELS.items():
            if key in self.evaluation.metrics:
                ranking = self.evaluation.metrics[key]
                figures = (ranking.hr_at_10, ranking.ndcg_at_10, ranking.mrr)
                lines.append(f"  {name:32}" + "".join(map(_number, figures)))
        blend = self.evaluation.against.get("blend")
        if blend:
            word = "above" if blend.difference >= 0 else "below"
            lines.append(f"  ndcg@10 is {abs(blend.difference):.4f} {word} the blend of counts")
        return lines

    def _production(self) -> list[str]:
        compared = self.evaluation.production if self.evaluation else None
        if not compared:
            return []
        lines = [f"{'ndcg@10 beside version ' + str(compared.version):34}{'new':>10}{'served':>10}"]
        return lines + [
            f"  {name + ' (' + format(figures.targets, ',') + ')':32}"
            f"{_number(figures.ndcg_at_10)}{_number(figures.production)}"
            for name, figures in compared.slices.items()
        ]

    def _serving(self) -> list[str]:
        lines = []
        for name, share in (self.evaluation.retrieval_recall if self.evaluation else {}).items():
            lines.append(f"{'retrieval ' + name:34}{_number(share)}")
        for name, index in (("index", self.index), ("final index", self.final_index)):
            if index:
                lines.append(f"{name + ' recall@200':34}{_number(index.recall_at_200)}  {index.kind}")
        if self.serving:
            figures = self.serving.figures
            lines += [
                f"{'server agreement':34}{_number(figures.server_agreement)}",
                f"{'neutral agreement':34}{_number(figures.neutral_agreement)}",
                f"{'stock agreement':34}{_number(figures.stock_agreement)}",
                *self.serving.reasons,
            ]
        return lines

    def _verdict(self) -> list[str]:
        if self.gates and self.gates.refusals:
            return self.gates.refusals
        version, destination = (self.push.version, self.push.destination) if self.push else ("?", "?")
        return [f"pushed version {version} to {destination}"]


def read(outputs: Mapping[str, Mapping[str, str]]) -> Results:
    """Reads the results of a run.

    Args:
        outputs: the folder of each output by its name, by stage.
    """

    def find(record: type[_Record], stage: str, output: str) -> _Record | None:
        folder = outputs.get(stage, {}).get(output)
        return record.find(folder) if folder else None

    return Results(
        evaluation=find(Evaluation, "RankingEvaluator", "evaluation"),
        index=find(Index, "IndexBuilder", "index"),
        final_index=find(Index, "FinalIndexBuilder", "index"),
        serving=find(ServingCheck, "ServingCheck", "evaluation"),
        gates=find(Gates, "Bless", "blessing"),
        push=find(Push, "Push", "pushed_model"),
    )


def _number(value: float) -> str:
    return f"{value:10.4f}" if math.isfinite(value) else f"{'-':>10}"
