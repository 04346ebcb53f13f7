"""What a run found, as a table for people and as an exit code for scripts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from components.bless.gate_text import gate_line
from tfx_pipeline.terminal.exit_codes import DONE, REFUSED

MODELS: Final = {
    "two_stage": "retrieval, then ranker",
    "ranker": "ranker alone",
    "retrieval": "retrieval alone",
    "blend": "blend of counts",
    "item_knn": "item kNN",
    "markov": "Markov",
    "popularity": "popularity",
}
METRICS: Final = ("hr@10", "ndcg@10", "mrr")


@dataclass(frozen=True)
class Results:
    """The contents of the stages' JSON files; empty where a stage has not run."""

    evaluation: Mapping[str, Any] = field(default_factory=dict)
    index: Mapping[str, Any] = field(default_factory=dict)
    final_index: Mapping[str, Any] = field(default_factory=dict)
    serving: Mapping[str, Any] = field(default_factory=dict)
    gates: Mapping[str, Any] = field(default_factory=dict)
    pushed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 after a push, 3 where a gate said no."""
        return DONE if self.gates.get("blessed") else REFUSED

    def table(self) -> str:
        """The figures, a line each; the last line says how the run ended."""
        return "\n".join([*self._quality(), *self._production(), *self._serving(), "", *self._verdict()])

    def _quality(self) -> list[str]:
        metrics = self.evaluation.get("metrics", {})
        lines = [f"{'on test':28}" + "".join(f"{name:>10}" for name in METRICS)]
        for key, name in MODELS.items():
            if key in metrics:
                lines.append(f"  {name:26}" + "".join(f"{_number(metrics[key].get(m))}" for m in METRICS))
        against = self.evaluation.get("against", {}).get("blend")
        if against:
            word = "above" if against["difference"] >= 0 else "below"
            lines.append(f"  ndcg@10 is {abs(against['difference']):.4f} {word} the blend of counts")
        return lines

    def _production(self) -> list[str]:
        compared = self.evaluation.get("production")
        if not compared:
            return []
        lines = [f"{'ndcg@10 beside version ' + str(compared['version']):34}{'new':>10}{'served':>10}"]
        return lines + [
            f"  {name + ' (' + format(figures['targets'], ',') + ')':32}"
            f"{_number(figures['ndcg@10'])}{_number(figures['production'])}"
            for name, figures in compared["slices"].items()
        ]

    def _serving(self) -> list[str]:
        lines = []
        for key, value in self.evaluation.get("retrieval_recall", {}).items():
            lines.append(f"{'retrieval ' + key:28}{_number(value)}")
        for name, index in (("index", self.index), ("final index", self.final_index)):
            if "recall@200" in index:
                lines.append(
                    f"{name + ' recall@200':28}{_number(index['recall@200'])}  {index.get('kind', '')}"
                )
        for key, value in self.serving.get("figures", {}).items():
            if key.endswith("agreement"):
                lines.append(f"{key.replace('_', ' '):28}{_number(value)}")
        return lines

    def _verdict(self) -> list[str]:
        failed = [gate for gate in self.gates.get("gates", []) if not gate["passed"]]
        if not failed:
            return [
                f"pushed version {self.pushed.get('version', '?')} to {self.pushed.get('destination', '?')}"
            ]
        return [gate_line(gate) for gate in failed]


def read(outputs: Mapping[str, Mapping[str, str]]) -> Results:
    """Reads the results of a run.

    Args:
        outputs: the folder of each output by its name, by stage.
    """
    files = {
        "evaluation": ("RankingEvaluator", "evaluation", "evaluation.json"),
        "index": ("IndexBuilder", "index", "index.json"),
        "final_index": ("FinalIndexBuilder", "index", "index.json"),
        "serving": ("ServingCheck", "evaluation", "serving_check.json"),
        "gates": ("Bless", "blessing", "gates.json"),
        "pushed": ("Push", "pushed_model", "push.json"),
    }
    found = {}
    for key, (stage, output, name) in files.items():
        path = Path(outputs.get(stage, {}).get(output, "")) / name
        if stage in outputs and path.is_file():
            found[key] = json.loads(path.read_text())
    return Results(**found)


def _number(value: float | None) -> str:
    return f"{'-':>10}" if value is None else f"{value:10.4f}"
