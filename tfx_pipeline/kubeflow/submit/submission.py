"""What `upnext submit` was asked to send, checked before anything is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import JsonValue

from listening_log.errors import UsageError
from tfx_pipeline.kubeflow.compiled_file import CompiledPipeline
from tfx_pipeline.kubeflow.parameter_values import parse_values, split_parameters
from tfx_pipeline.kubeflow.runtime_parameters import SPANS


@dataclass(frozen=True)
class Submission:
    """What is sent, where and how."""

    file: Path
    """A file of `upnext compile`."""
    host: str
    """Address of Kubeflow Pipelines."""
    name: str = ""
    """Name of the pipeline in Kubeflow, with which its runs begin; "" for the file's own."""
    experiment: str = ""
    """Name of the experiment, which is made if it is not there; "" for the pipeline's name."""
    namespace: str = ""
    """The user's own, where Kubeflow serves several."""
    params: Sequence[str] = ()
    """Values of runtime parameters, `name=value` each."""
    cron: str | None = None
    """A schedule."""
    backfill: Sequence[int] | None = None
    """First and last span, a run each."""
    caching: bool = True
    """False: all stages run, whatever ran before."""
    wait: bool = False
    """Whether to wait until the run has ended."""
    dry_run: bool = False
    """Whether to print the requests and send nothing."""

    def completed(self, pipeline: CompiledPipeline) -> "Submission":
        """Returns the same with its names filled in, and with a schedule that Kubeflow reads.

        A schedule's runs all have the same parameters (no macro is replaced in them: kubeflow/pipelines issue
        12494), so all but the first would be answered from the cache, whatever has come to the log since. So a
        schedule never caches.

        Raises:
            UsageError: the schedule has neither five fields nor six.
        """
        name = self.name or pipeline.name
        return replace(
            self,
            name=name,
            experiment=self.experiment or name,
            cron=with_seconds(self.cron) if self.cron else None,
            caching=self.caching and not self.cron,
        )

    def values_of_runs(self, pipeline: CompiledPipeline) -> list[dict[str, JsonValue]]:
        """Returns the parameters' values of each run.

        Raises:
            UsageError: a wrong parameter, or flags that contradict each other.
        """
        texts = split_parameters(self.params)
        if self.cron and self.backfill:
            raise UsageError("--recurring and --backfill: choose one")
        if self.cron and self.wait:
            raise UsageError("--wait: a recurring run has no end")
        if not self.backfill:
            return [parse_values(pipeline.parameters, texts)]
        first, last = self.backfill
        if not 1 <= first <= last:
            raise UsageError(
                f"--backfill {first} {last}: expected two spans, from 1, the first before the last"
            )
        if SPANS not in pipeline.parameters:
            raise UsageError(f"--backfill: the pipeline of {pipeline.path} has no parameter `{SPANS}`")
        if SPANS in texts:
            raise UsageError(f"--param {SPANS}: --backfill sets it for each run")
        return [
            parse_values(pipeline.parameters, {**texts, SPANS: str(span)}) for span in range(first, last + 1)
        ]


def with_seconds(cron: str) -> str:
    """Returns a schedule in the form that Kubeflow reads: six fields, seconds first.

    Kubeflow takes the usual five fields without a word and reads the minutes as seconds: `0 3 * * *`, meant as
    three in the night, runs every hour (kubeflow/pipelines issue 9547). So five fields are completed here; the
    fields themselves are the server's to check.

    Raises:
        UsageError: it has neither five fields nor six.
    """
    fields = cron.split()
    if len(fields) not in (5, 6):
        raise UsageError(f"--recurring {cron!r}: expected five fields, as in '0 3 * * *' (03:00 every day)")
    return " ".join(["0", *fields][-6:])
