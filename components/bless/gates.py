"""The gates between a trained model and a push: pure judgement over the stages' JSON files."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from tfx.dsl.io import fileio

from components.common.artifacts import EVALUATION_FILE, GATES_FILE, INDEX_FILE, SERVING_CHECK_FILE

BLESSED: Final = "BLESSED"  # both file names are TFX's own Evaluator's
NOT_BLESSED: Final = "NOT_BLESSED"


@dataclass(frozen=True)
class Gate:
    """One floor that a figure must clear."""

    name: str
    figure: float
    floor: float
    strict: bool = False
    """The figure must be above the floor; otherwise it may be level with it."""

    @property
    def passed(self) -> bool:
        """False for a figure that is no number, too."""
        return self.figure > self.floor if self.strict else self.figure >= self.floor


def judge(
    evaluation: Mapping[str, Any],
    indexes: Mapping[str, Mapping[str, Any]],
    serving: Mapping[str, Any],
    config: Mapping[str, Any],
) -> list[Gate]:
    """Returns every gate.

    Args:
        evaluation: content of `evaluation.json`.
        indexes: content of `index.json` by the name of the fit.
        serving: content of `serving_check.json`.
        config: `GatesConfig` as a dictionary.
    """
    against = evaluation["against"]
    gates = [
        Gate("ndcg@10 above popularity (low end)", _figure(against["popularity"], "low"), 0.0, strict=True),
        Gate("ndcg@10 not below markov (high end)", _figure(against["markov"], "high"), 0.0),
    ]
    production = evaluation.get("production") or {"slices": {}}
    for name, compared in production["slices"].items():
        gates.append(Gate(f"ndcg@10 not below production, {name} (high end)", _figure(compared, "high"), 0.0))
    for fit, index in indexes.items():
        gates.append(Gate(f"index recall@200, {fit}", _figure(index, "recall@200"), config["index_recall"]))
    figures = serving.get("figures", {})
    gates.append(Gate("server answers as the models", _figure(figures, "server_agreement"), 1.0))
    gates.append(
        Gate("stock build answers as scann", _figure(figures, "stock_agreement"), config["stock_agreement"])
    )
    gates.append(Gate("serving check", float(bool(serving.get("ok"))), 1.0))
    return gates


def _figure(values: Mapping[str, Any], key: str) -> float:
    value = values.get(key)
    return math.nan if value is None else float(value)


def bless(
    evaluation_uri: str,
    index_uri: str,
    serving_evaluation_uri: str,
    config: Mapping[str, Any],
    out_uri: str,
    final_index_uri: str | None = None,
    tfma_evaluation_uri: str | None = None,
) -> bool:
    """Writes `gates.json` and TFX's BLESSED or NOT_BLESSED file; returns whether all gates passed."""
    evaluation = _read(evaluation_uri, EVALUATION_FILE)
    indexes = {"first fit": _read(index_uri, INDEX_FILE)}
    if final_index_uri:
        indexes["final fit"] = _read(final_index_uri, INDEX_FILE)
    gates = judge(evaluation, indexes, _read(serving_evaluation_uri, SERVING_CHECK_FILE), config)
    blessed = all(gate.passed for gate in gates)
    record = {
        "blessed": blessed,
        "gates": [{**asdict(gate), "passed": gate.passed} for gate in gates],
        "against_blend": evaluation["against"].get("blend"),
        "tfma": tfma_figures(tfma_evaluation_uri) if tfma_evaluation_uri else None,
    }
    _write(out_uri, GATES_FILE, json.dumps(_without_nan(record), indent=2))
    _write(out_uri, BLESSED if blessed else NOT_BLESSED, "")
    return blessed


def tfma_figures(uri: str) -> dict[str, float]:
    """Returns TFMA's figures over the whole split, by name."""
    import tensorflow_model_analysis as tfma

    for slice_key, outputs in tfma.load_eval_result(uri).slicing_metrics:
        if not slice_key:
            return {name: float(value.get("doubleValue", "nan")) for name, value in outputs[""][""].items()}
    return {}


def _without_nan(value: Any) -> Any:
    """JSON has no NaN: null stands for a figure that could not be taken."""
    if isinstance(value, dict):
        return {key: _without_nan(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _read(uri: str, name: str) -> dict[str, Any]:
    with fileio.open(f"{uri}/{name}", "r") as file:
        return json.loads(file.read())


def _write(uri: str, name: str, text: str) -> None:
    fileio.makedirs(uri)
    with fileio.open(f"{uri}/{name}", "w") as file:
        file.write(text)
