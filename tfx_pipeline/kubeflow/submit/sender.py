"""What a submission asks of the server, in order: experiment, pipeline and version, runs or a schedule.

Imports kfp, which takes seconds: import this module late.
"""

import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from kfp_server_api import ApiException, V2beta1PipelineVersion, V2beta1Run
from pydantic import JsonValue

from listening_log.errors import UserError
from tfx_pipeline.kubeflow.compiled_file import CompiledPipeline
from tfx_pipeline.kubeflow.runtime_parameters import SPANS
from tfx_pipeline.kubeflow.submit.client import REQUEST_ERRORS, Client
from tfx_pipeline.kubeflow.submit.submission import Submission

_LOST_ANSWERS: Final = 5  # in a row: a run takes hours in which a network may fail
_FAILURES: Final = ("FAILED", "CANCELED")
_ENDS: Final = ("SUCCEEDED", "SKIPPED", *_FAILURES)


@dataclass(frozen=True)
class Sender:
    """Sends one pipeline to one server, and prints ids and links in `out`."""

    client: Client
    submission: Submission
    """A completed one."""
    pipeline: CompiledPipeline
    """The one to send: without caching, if the submission says so."""
    out: TextIO
    poll_seconds: float
    """Time between two questions whether a run has ended."""

    def send_runs(self, values: Sequence[Mapping[str, JsonValue]]) -> None:
        """Starts a run for each set of values, each when the one before has succeeded.

        Kubeflow has no order among runs of different values (a schedule's runs share theirs), so it is kept
        from here.
        """
        experiment_id, version = self._experiment_id(), self._version()
        for place, params in enumerate(values, 1):
            name = f"{self.submission.name} {self.pipeline.digest[:8]}"
            if SPANS in params:
                name += f" spans {params[SPANS]}"
            run = self.client.run_pipeline(experiment_id, name, params=params, **version)
            link = self._link("runs", run.run_id)
            print(f"run {name}: {run.run_id}\n  {link}", file=self.out)
            if self.submission.wait or place < len(values):
                run = self._wait(run.run_id)
                if run.state in _FAILURES:
                    spans = ", ".join(str(later[SPANS]) for later in values[place:])
                    rest = f"; not started: span {spans}" if spans else ""
                    raise UserError(f"run {run.run_id} {run.state}{_failure(run)}{rest}; see {link}")
                print(f"  {run.state}", file=self.out)

    def send_recurring(self, values: Mapping[str, JsonValue]) -> None:
        """Starts a schedule.

        Raises:
            UserError: one of that name is enabled; two of them would train and push side by side.
        """
        experiment_id = self._experiment_id()
        namesakes = self.client.list_recurring_runs(
            experiment_id=experiment_id, filter=_is_named(self.submission.name)
        )
        for other in namesakes.recurring_runs or ():
            if other.status != "DISABLED":
                link = self._link("recurringrun", other.recurring_run_id)
                raise UserError(
                    f"recurring run {self.submission.name} is there already: disable it first, at {link}"
                )
        recurring_id = self.client.create_recurring_run(
            experiment_id,
            self.submission.name,
            cron_expression=self.submission.cron,
            max_concurrency=1,
            no_catchup=True,  # all have the same parameters: of many missed runs, one is enough
            params=values,
            **self._version(),
        ).recurring_run_id
        link = self._link("recurringrun", recurring_id)
        print(
            f"recurring run {self.submission.name} at '{self.submission.cron}': {recurring_id}\n  {link}",
            file=self.out,
        )

    def _experiment_id(self) -> str:
        name = self.submission.experiment
        experiment = self.client.create_experiment(name, namespace=self.client.namespace)
        print(f"experiment {name}: {experiment.experiment_id}", file=self.out)
        return str(experiment.experiment_id)

    def _version(self) -> dict[str, str]:
        """The version to run, as arguments of the SDK; uploaded if the server has none of this content."""
        client, description = self.client, f"sha256:{self.pipeline.digest}"
        namesakes = client.list_pipelines(
            filter=_is_named(self.submission.name), namespace=client.namespace
        ).pipelines
        with tempfile.TemporaryDirectory() as folder:
            path = self.pipeline.path  # the user's own file, if it is sent as it is
            if not self.submission.caching:
                path = Path(folder) / path.name
                self.pipeline.write(path)
            if not namesakes:
                origin = "uploaded"
                uploaded = client.upload_pipeline(
                    str(path), self.submission.name, description, client.namespace
                )
                # the answer is the pipeline; the version that came with it has an id of its own
                version = next(self._versions(uploaded.pipeline_id))
            else:
                origin, pipeline_id = "unchanged", namesakes[0].pipeline_id
                versions = self._versions(pipeline_id)
                version = next((other for other in versions if other.description == description), None)
                if version is None:
                    origin = "new version"
                    name = self.pipeline.digest[:12] + ("" if self.submission.caching else " without caching")
                    version = client.upload_pipeline_version(
                        str(path), name, pipeline_id=pipeline_id, description=description
                    )
        print(f"pipeline {self.submission.name}, {origin}: {version.pipeline_version_id}", file=self.out)
        return {"pipeline_id": version.pipeline_id, "version_id": version.pipeline_version_id}

    def _versions(self, pipeline_id: str) -> Iterator[V2beta1PipelineVersion]:
        """All versions of a pipeline, newest first."""
        token: str | None = ""
        while token is not None:
            page = self.client.list_pipeline_versions(
                pipeline_id, page_token=token, page_size=100, sort_by="created_at desc"
            )
            yield from page.pipeline_versions or ()
            token = page.next_page_token or None

    def _wait(self, run_id: str) -> V2beta1Run:
        """Returns the run once it has ended.

        The SDK's own waiting knows no end of a run that was cancelled, and gives up at the first lost answer.
        """
        lost = 0
        while True:
            try:
                run = self.client.get_run(run_id)
                lost = 0
                if run.state in _ENDS:
                    return run
            except REQUEST_ERRORS as error:
                lost += 1
                is_refusal = isinstance(error, ApiException) and 400 <= error.status < 500
                if is_refusal or lost > _LOST_ANSWERS:
                    raise
            time.sleep(self.poll_seconds)

    def _link(self, kind: str, identity: str) -> str:
        return f"{self.client.user_interface}/#/{kind}/details/{identity}"


def _failure(run: V2beta1Run) -> str:
    tasks = getattr(run.run_details, "task_details", None) or ()
    names = sorted({task.display_name for task in tasks if task.state == "FAILED" and task.display_name})
    message = " ".join((getattr(run.error, "message", None) or "").split())[:300]
    return (f" in {', '.join(names)}" if names else "") + (f": {message}" if message else "")


def _is_named(name: str) -> str:
    """A filter of the API."""
    return json.dumps({"predicates": [{"operation": "EQUALS", "key": "display_name", "string_value": name}]})
