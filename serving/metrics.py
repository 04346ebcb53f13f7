"""Counts and latencies under TF Serving's names, in Prometheus' text format."""

import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from typing import Final

# As TF Serving's own: microseconds, from 10 by powers of 1.8 to some 20 minutes.
_LIMITS: Final = [10 * 1.8**power for power in range(33)]


class _Metric:
    """A family of series, one for each set of values of its labels."""

    kind: str

    def __init__(self, name: str, *labels: str) -> None:
        self._name, self._labels = name.replace("/", ":"), labels
        self._lock = threading.Lock()
        _REGISTRY.append(self)

    def lines(self) -> Iterator[str]:
        """Yields the family's lines of the page."""
        yield f"# TYPE {self._name} {self.kind}"
        with self._lock:
            series = self._series()
        for suffix, values, number in series:
            pairs = ",".join(f'{name}="{_escape(value)}"' for name, value in values)
            yield f"{self._name}{suffix}{{{pairs}}} {number}"

    def _series(self) -> list[tuple[str, list[tuple[str, str]], float]]:
        raise NotImplementedError

    def _pairs(self, values: tuple[str, ...]) -> list[tuple[str, str]]:
        return list(zip(self._labels, values, strict=True))


class Counter(_Metric):
    """A number that only grows."""

    kind = "counter"

    def __init__(self, name: str, *labels: str) -> None:
        super().__init__(name, *labels)
        self._counts: dict[tuple[str, ...], int] = {}

    def add(self, *values: str, by: int = 1) -> None:
        """Adds to the series of these values of the labels."""
        with self._lock:
            self._counts[values] = self._counts.get(values, 0) + by

    def total(self) -> int:
        """Returns the sum of all series."""
        with self._lock:
            return sum(self._counts.values())

    def _series(self) -> list[tuple[str, list[tuple[str, str]], float]]:
        return [("", self._pairs(values), count) for values, count in sorted(self._counts.items())]


class Latency(_Metric):
    """A histogram of microseconds."""

    kind = "histogram"

    def __init__(self, name: str, *labels: str) -> None:
        super().__init__(name, *labels)
        self._buckets: dict[tuple[str, ...], list[int]] = {}
        self._sums: dict[tuple[str, ...], float] = {}

    def observe(self, seconds: float, *values: str) -> None:
        """Adds one time to the series of these values of the labels."""
        micros = seconds * 1e6
        with self._lock:
            buckets = self._buckets.setdefault(values, [0] * (len(_LIMITS) + 1))
            buckets[bisect_left(_LIMITS, micros)] += 1
            self._sums[values] = self._sums.get(values, 0.0) + micros

    @contextmanager
    def measure(self, *values: str) -> Iterator[None]:
        """Observes how long its block takes."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.observe(time.perf_counter() - start, *values)

    def _series(self) -> list[tuple[str, list[tuple[str, str]], float]]:
        series: list[tuple[str, list[tuple[str, str]], float]] = []
        limits = [*(f"{limit:g}" for limit in _LIMITS), "+Inf"]
        for values, buckets in sorted(self._buckets.items()):
            pairs, counts = self._pairs(values), list(accumulate(buckets))
            series += [
                ("_bucket", [*pairs, ("le", limit)], n) for limit, n in zip(limits, counts, strict=True)
            ]
            series += [("_sum", pairs, self._sums[values]), ("_count", pairs, counts[-1])]
        return series


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


_REGISTRY: list[_Metric] = []
REQUESTS = Counter("/tensorflow/serving/request_count", "model_name", "status")
REQUEST_LATENCY = Latency("/tensorflow/serving/request_latency", "model_name", "API", "entrypoint")
RUNTIME_LATENCY = Latency("/tensorflow/serving/runtime_latency", "model_name", "API", "runtime")
EXAMPLES = Counter("/tensorflow/serving/request_example_count_total", "model")
LOADS = Counter("/tensorflow/cc/saved_model/load_attempt_count", "model_path", "status")
LOAD_LATENCY = Latency("/tensorflow/cc/saved_model/load_latency", "model_path")
FAILURES = Counter("/upnext/serving/internal_failures", "where", "error")


def page() -> str:
    """Returns all metrics as Prometheus reads them."""
    return "".join(f"{line}\n" for metric in _REGISTRY for line in metric.lines())


def totals() -> dict[str, int]:
    """Returns the sum of each counter, by TF Serving's own name of it."""
    return {
        metric._name.replace(":", "/"): metric.total() for metric in _REGISTRY if isinstance(metric, Counter)
    }
