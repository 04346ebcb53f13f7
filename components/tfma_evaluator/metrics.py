"""TFMA metrics over the outputs of the ranker's `evaluate` signature.

TFMA's own metrics want a label among the features; here the model gives label, prediction and weight itself,
because only it knows the catalogue's ranking.
"""

from collections.abc import Iterable

import apache_beam as beam
import numpy as np
from tensorflow_model_analysis.metrics import metric_types

BINS = 1000
"""Bins of the histograms from which the area under the curve is computed."""


class MeanOutput(metric_types.Metric):
    """The weighted mean of one output, e.g. the hit rate from `hit_at_10`. NaN where no weight is above 0."""

    def __init__(self, output: str, weight: str, name: str) -> None:
        """Initializes the metric.

        Args:
            output: an output of the signature, float [B, 1].
            weight: an output of the signature, float [B, 1], that weighs it.
            name: the metric's name in TFMA's results.
        """
        super().__init__(_mean_output, output=output, weight=weight, name=name)


class HeadAuc(metric_types.Metric):
    """Area under a head's ROC curve (`p_skip` against `label_skip`). NaN where one class is absent."""

    def __init__(self, output: str, label: str, weight: str, name: str) -> None:
        super().__init__(_head_auc, output=output, label=label, weight=weight, name=name)


class HeadLogLoss(metric_types.Metric):
    """Mean binary cross-entropy of a head in nats. NaN where no weight is above 0."""

    def __init__(self, output: str, label: str, weight: str, name: str) -> None:
        super().__init__(_head_log_loss, output=output, label=label, weight=weight, name=name)


for _metric in (MeanOutput, HeadAuc, HeadLogLoss):
    metric_types.register_metric(_metric)


def _computation(name: str, fold: type["_Fold"], outputs: tuple[str, ...]) -> metric_types.MetricComputations:
    key = metric_types.MetricKey(name=name)
    preprocessor = metric_types.StandardMetricInputsPreprocessor(name="outputs_" + "_".join(outputs))
    return [
        metric_types.MetricComputation(
            keys=[key], preprocessors=[preprocessor], combiner=_Combiner(key, fold, outputs)
        )
    ]


def _mean_output(output: str, weight: str, name: str, **_: object) -> metric_types.MetricComputations:
    return _computation(name, _Mean, (output, weight))


def _head_auc(
    output: str, label: str, weight: str, name: str, **_: object
) -> metric_types.MetricComputations:
    return _computation(name, _Auc, (output, label, weight))


def _head_log_loss(
    output: str, label: str, weight: str, name: str, **_: object
) -> metric_types.MetricComputations:
    return _computation(name, _LogLoss, (output, label, weight))


class _Fold:
    """A sum over examples, kept as one float64 array so that accumulators merge by addition."""

    size = 2

    @staticmethod
    def add(total: np.ndarray, values: tuple[float, ...]) -> None:
        raise NotImplementedError

    @staticmethod
    def result(total: np.ndarray) -> float:
        """The mean, from (weighted sum, weight)."""
        return float(total[0] / total[1]) if total[1] > 0 else float("nan")


class _Mean(_Fold):
    @staticmethod
    def add(total: np.ndarray, values: tuple[float, ...]) -> None:
        value, weight = values
        if weight > 0:
            total += (value * weight, weight)


class _LogLoss(_Fold):
    @staticmethod
    def add(total: np.ndarray, values: tuple[float, ...]) -> None:
        probability, label, weight = values
        if weight > 0:
            probability = min(max(probability, 1e-7), 1 - 1e-7)
            loss = -(label * np.log(probability) + (1 - label) * np.log1p(-probability))
            total += (loss * weight, weight)


class _Auc(_Fold):
    """Weights of the negatives by bin of the probability, then of the positives."""

    size = 2 * BINS

    @staticmethod
    def add(total: np.ndarray, values: tuple[float, ...]) -> None:
        probability, label, weight = values
        place = min(int(probability * BINS), BINS - 1)
        total[place] += weight * (1 - label)
        total[BINS + place] += weight * label

    @staticmethod
    def result(total: np.ndarray) -> float:
        """The share of pairs (positive, negative) in the right order, pairs within a bin counted half."""
        negatives, positives = total[:BINS], total[BINS:]
        pairs = negatives.sum() * positives.sum()
        below = np.cumsum(negatives) - negatives / 2
        return float((positives * below).sum() / pairs) if pairs > 0 else float("nan")


class _Combiner(beam.CombineFn):
    """Folds the named outputs of all examples of a slice."""

    def __init__(self, key: metric_types.MetricKey, fold: type[_Fold], outputs: tuple[str, ...]) -> None:
        self._key, self._fold, self._outputs = key, fold, outputs

    def create_accumulator(self) -> np.ndarray:
        return np.zeros(self._fold.size, np.float64)

    def add_input(self, total: np.ndarray, element: metric_types.StandardMetricInputs) -> np.ndarray:
        predictions = element.get_predictions()
        if all(name in predictions for name in self._outputs):
            values = tuple(float(np.ravel(predictions[name])[0]) for name in self._outputs)
            self._fold.add(total, values)
        return total

    def merge_accumulators(self, accumulators: Iterable[np.ndarray]) -> np.ndarray:
        return np.sum(list(accumulators), axis=0)

    def extract_output(self, total: np.ndarray) -> dict[metric_types.MetricKey, float]:
        return {self._key: self._fold.result(total)}
