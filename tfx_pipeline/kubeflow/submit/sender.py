"""What a submission asks of the server, in order: experiment, pipeline and version, runs or a schedule.

Imports kfp, which takes seconds: import this module late.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from listening_log.errors import UserError
from tfx_pipeline.kubeflow.runtime_parameters import SPANS
from tfx_pipeline.kubeflow.submit.client import Client
from tfx_pipeline.kubeflow.submit.file import Specification
from tfx_pipeline.kubeflow.submit.wait import wait_for


@dataclass(frozen=True)
class Sender:
    """Sends one specification to one server, and tells ids and links in `out`."""

    client: Client
    specification: Specification
    out: TextIO
    name: str
    """Of the pipeline, and of its runs."""
    experiment: str
    caching: bool
    """False: the specification is not the file's, but the one without caching."""
    wait: bool
    """For the last run too."""
    poll_seconds: float

    def send_runs(self, values: list[dict[str, Any]]) -> None:
        """Starts a run for each set of values, each when the one before has succeeded.

        Kubeflow has no order among runs of different values (a schedule's runs share theirs), so it is kept
        from here.
        """
        experiment_id = self._experiment_id()
        pipeline = self._pipeline()
        for place, one in enumerate(values, 1):
            name = f"{self.name} {self.specification.digest[:8]}"
            if SPANS in one:
                name += f" spans {one[SPANS]}"
            run = self.client.run_pipeline(experiment_id, name, params=one, **pipeline)
            link = self._link("runs", run.run_id)
            print(f"run {name}: {run.run_id}\n  {link}", file=self.out)
            if self.wait or place < len(values):
                self._wait(run.run_id, link, values[place:])

    def send_recurring(self, values: dict[str, Any], cron: str) -> None:
        """Starts a schedule, unless there is one of that name."""
        experiment_id = self._experiment_id()
        there = self.client.list_recurring_runs(experiment_id=experiment_id, filter=_named(self.name))
        for other in there.recurring_runs or ():
            if other.status != "DISABLED":  # two of them would train and push side by side
                link = self._link("recurringrun", other.recurring_run_id)
                raise UserError(f"recurring run {self.name} is there already: disable it first, at {link}")
        recurring = self.client.create_recurring_run(
            experiment_id,
            self.name,
            cron_expression=cron,
            max_concurrency=1,
            no_catchup=True,  # all have the same parameters: of many missed runs, one is enough
            params=values,
            **self._pipeline(),
        )
        print(
            f"recurring run {self.name} at '{cron}': {recurring.recurring_run_id}\n"
            f"  {self._link('recurringrun', recurring.recurring_run_id)}",
            file=self.out,
        )

    def _experiment_id(self) -> str:
        name = self.experiment
        experiment = self.client.create_experiment(name, namespace=self.client.namespace)
        print(f"experiment {name}: {experiment.experiment_id}", file=self.out)
        return str(experiment.experiment_id)

    def _pipeline(self) -> dict[str, str]:
        """The version to run, as arguments of the SDK; uploaded if the server has none of this content."""
        client, digest = self.client, f"sha256:{self.specification.digest}"
        there = client.list_pipelines(filter=_named(self.name), namespace=client.namespace).pipelines
        with self._file() as file:
            if not there:
                pipeline = client.upload_pipeline(file, self.name, digest, client.namespace)
                # the answer is the pipeline; the version that came with it has an id of its own
                version = next(self._versions(pipeline.pipeline_id))
                told = "uploaded"
            else:
                pipeline = there[0]
                same = (v for v in self._versions(pipeline.pipeline_id) if v.description == digest)
                version = next(same, None)
                told = "unchanged"
                if version is None:
                    name = digest[7:19] + ("" if self.caching else " without caching")
                    version = client.upload_pipeline_version(
                        file, name, pipeline_id=pipeline.pipeline_id, description=digest
                    )
                    told = "new version"
        print(f"pipeline {self.name}, {told}: {version.pipeline_version_id}", file=self.out)
        return {"pipeline_id": pipeline.pipeline_id, "version_id": version.pipeline_version_id}

    @contextmanager
    def _file(self) -> Iterator[str]:
        """Path of what is uploaded: the user's own file if it is sent as it is."""
        if self.caching:
            yield str(self.specification.path)
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / self.specification.path.name
            self.specification.write(path)
            yield str(path)

    def _versions(self, pipeline_id: str) -> Iterator[Any]:
        """All versions of a pipeline, newest first."""
        token = ""
        while True:
            page = self.client.list_pipeline_versions(
                pipeline_id, page_token=token, page_size=100, sort_by="created_at desc"
            )
            yield from page.pipeline_versions or ()
            token = page.next_page_token
            if not token:
                return

    def _wait(self, run_id: str, link: str, rest: list[dict[str, Any]]) -> None:
        try:
            state = wait_for(self.client, run_id, self.poll_seconds)
        except UserError as error:
            spans = [str(values[SPANS]) for values in rest]
            left = f"; not started: span {', '.join(spans)}" if spans else ""
            raise UserError(f"{error}{left}; see {link}") from None
        print(f"  {state}", file=self.out)

    def _link(self, kind: str, identity: str) -> str:
        return f"{self.client.link}/#/{kind}/details/{identity}"


def _named(name: str) -> str:
    """A filter of the API."""
    return json.dumps({"predicates": [{"operation": "EQUALS", "key": "display_name", "string_value": name}]})
