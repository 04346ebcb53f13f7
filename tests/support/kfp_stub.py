"""A stub of the Kubeflow Pipelines API (v2beta1) on loopback: state in memory, requests held to KFP's models.

It refuses, as the API server does, what the published models don't have (unknown fields, wrong types, values
that no enumeration has), specifications that KFP's own loader doesn't take, ids that were never given, names
that are in use. It runs nothing: a run is in the state that a test says.
"""

import json
import re
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from tests.support.kfp_models import RefusedError, check, expect, load_documents
from tfx_pipeline.kubeflow.submit.client import describe_file, describe_request

API = "/apis/v2beta1"
ROOT_SPEC = ("pipeline_spec", "platform_spec")


@dataclass(frozen=True)
class Request:
    """What has come to the server."""

    method: str
    path: str  # with the query, as sent
    body: Any  # as JSON; of an uploaded file what `describe_file` says; None for none

    def __str__(self) -> str:
        return describe_request(self.method, self.path, self.body)


@dataclass
class KfpStub:
    """The server's state, and the requests that came."""

    multi_user: bool = False
    token: str = ""  # the one that is wanted, "" for none
    states: list[str] = field(default_factory=list)  # of the coming answers about runs; then SUCCEEDED
    answer: Callable[[str, str], tuple[int, bytes, str] | None] = lambda method, path: None
    """A test's own answer (status, body, content type) to a method and path."""
    requests: list[Request] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    experiments: dict[str, dict[str, Any]] = field(default_factory=dict)
    pipelines: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    recurring_runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    url: str = ""

    def bodies(self, method: str, path: str) -> list[Any]:
        """Bodies of the requests to a path."""
        return [r.body for r in self.requests if r.method == method and urlsplit(r.path).path == API + path]

    def handle(
        self, method: str, path: str, query: dict[str, str], body: Any, content: bytes
    ) -> dict[str, Any]:
        routes: list[tuple[str, str, str, Callable[..., dict[str, Any]]]] = [
            ("GET", "/healthz", "GetHealthzResponse", lambda: {"multi_user": self.multi_user}),
            (
                "GET",
                "/experiments",
                "ListExperimentsResponse",
                lambda: {"experiments": self._matching(self.experiments, query)},
            ),
            ("POST", "/experiments", "Experiment", lambda: self._make_experiment(body)),
            ("GET", "/experiments/([^/]+)", "Experiment", lambda key: get(self.experiments, key)),
            (
                "GET",
                "/pipelines",
                "ListPipelinesResponse",
                lambda: {"pipelines": self._matching(self.pipelines, query)},
            ),
            ("POST", "/pipelines/upload", "Pipeline", lambda: self._upload(query, content)),
            (
                "POST",
                "/pipelines/upload_version",
                "PipelineVersion",
                lambda: self._upload_version(query, content),
            ),
            ("GET", "/pipelines/names/([^/]+)", "Pipeline", lambda name: self._named_pipeline(name)),
            (
                "GET",
                "/pipelines/([^/]+)/versions",
                "ListPipelineVersionsResponse",
                lambda key: self._list_versions(key, query),
            ),
            (
                "GET",
                "/pipelines/([^/]+)/versions/([^/]+)",
                "PipelineVersion",
                lambda _, key: get(self.versions, key),
            ),
            ("POST", "/runs", "Run", lambda: self._make_run(body)),
            ("GET", "/runs/([^/]+)", "Run", lambda key: self._run(key)),
            (
                "GET",
                "/recurringruns",
                "ListRecurringRunsResponse",
                lambda: {"recurringRuns": self._matching(self.recurring_runs, query)},
            ),
            ("POST", "/recurringruns", "RecurringRun", lambda: self._make_recurring_run(body)),
            ("GET", "/recurringruns/([^/]+)", "RecurringRun", lambda key: get(self.recurring_runs, key)),
        ]
        for verb, pattern, model, function in routes:
            match = re.fullmatch(re.escape(API) + pattern, path)
            if match and verb == method:
                answer = function(*match.groups())
                check(
                    answer, f"V2beta1{model}", "answer"
                )  # ours too: the SDK would read nothing from a wrong name
                return answer
        raise RefusedError(404, f"no {method} {path}")

    def _matching(self, things: dict[str, dict[str, Any]], query: dict[str, str]) -> list[dict[str, Any]]:
        matching = list(things.values())
        if "filter" in query:
            condition = json.loads(query["filter"])
            check(condition, "V2beta1Filter", "filter")
            for predicate in condition["predicates"]:
                expect(predicate["operation"] in (1, "EQUALS"), "this stub knows EQUALS alone")
                value = predicate.get("string_value", predicate.get("stringValue"))
                matching = [thing for thing in matching if thing[predicate["key"]] == value]
        for key in ("experiment_id", "namespace"):
            if query.get(key):
                matching = [thing for thing in matching if thing.get(key) == query[key]]
        return matching

    def _make_experiment(self, body: Any) -> dict[str, Any]:
        check(body, "V2beta1Experiment", "experiment")
        expect(bool(body.get("display_name")), "an experiment needs a name")
        expect(not self.multi_user or bool(body.get("namespace")), "a namespace is needed")
        names = [other["display_name"] for other in self.experiments.values()]
        expect(body["display_name"] not in names, "experiment exists", 409)
        return new(self.experiments, "experiment_id", body)

    def _upload(self, query: dict[str, str], content: bytes) -> dict[str, Any]:
        expect(set(query) <= {"name", "description", "namespace"}, f"unknown in query: {sorted(query)}")
        load_documents(content.decode())
        names = [other["display_name"] for other in self.pipelines.values()]
        expect(query["name"] not in names, "pipeline exists", 409)
        fields = {"display_name": query["name"], "description": query.get("description", "")}
        namespace = {"namespace": query["namespace"]} if "namespace" in query else {}
        pipeline = new(self.pipelines, "pipeline_id", {**fields, **namespace})
        self._add_version(pipeline["pipeline_id"], fields, content)  # of the same name and description
        return pipeline

    def _upload_version(self, query: dict[str, str], content: bytes) -> dict[str, Any]:
        expect(set(query) <= {"name", "description", "pipelineid"}, f"unknown in query: {sorted(query)}")
        load_documents(content.decode())
        get(self.pipelines, query["pipelineid"])
        of_pipeline = [v for v in self.versions.values() if v["pipeline_id"] == query["pipelineid"]]
        expect(query["name"] not in [v["display_name"] for v in of_pipeline], "version exists", 409)
        fields = {"display_name": query["name"], "description": query.get("description", "")}
        return self._add_version(query["pipelineid"], fields, content)

    def _add_version(self, pipeline_id: str, fields: dict[str, Any], content: bytes) -> dict[str, Any]:
        documents = list(yaml.safe_load_all(content))
        spec = documents[0] if len(documents) == 1 else dict(zip(ROOT_SPEC, documents, strict=True))
        return new(
            self.versions,
            "pipeline_version_id",
            {**fields, "pipeline_id": pipeline_id, "pipeline_spec": spec},
        )

    def _named_pipeline(self, name: str) -> dict[str, Any]:
        namesakes = [other for other in self.pipelines.values() if other["display_name"] == name]
        expect(bool(namesakes), f"no pipeline {name}", 404)
        return namesakes[0]

    def _list_versions(self, pipeline_id: str, query: dict[str, str]) -> dict[str, Any]:
        """One version a page, so that a reader of the first page alone fails."""
        get(self.pipelines, pipeline_id)
        versions = [v for v in self.versions.values() if v["pipeline_id"] == pipeline_id]
        expect(query.get("sort_by") == "created_at desc", "this stub sorts by created_at desc alone")
        versions.reverse()
        start = int(query.get("page_token") or 0)
        more = {"next_page_token": str(start + 1)} if start + 1 < len(versions) else {}
        return {"pipeline_versions": versions[start : start + 1], "total_size": len(versions), **more}

    def _make_run(self, body: Any) -> dict[str, Any]:
        check(body, "V2beta1Run", "run")
        self._check_startable(body)
        return new(self.runs, "run_id", {**body, "state": "PENDING"})

    def _make_recurring_run(self, body: Any) -> dict[str, Any]:
        check(body, "V2beta1RecurringRun", "recurring_run")
        self._check_startable(body)
        expect(1 <= int(body.get("max_concurrency", 0)) <= 10, "max_concurrency is 1 to 10")
        expect(len(body["trigger"]["cron_schedule"]["cron"].split()) == 6, "cron has six fields")
        fields = {**body, "max_concurrency": str(body["max_concurrency"]), "status": "ENABLED"}
        return new(self.recurring_runs, "recurring_run_id", fields)

    def _check_startable(self, body: dict[str, Any]) -> None:
        expect(bool(body.get("display_name")), "a name is needed")
        get(self.experiments, body["experiment_id"])
        reference, spec = body.get("pipeline_version_reference"), body.get("pipeline_spec")
        expect((reference is None) != (spec is None), "either a version or a specification")
        if reference:
            version = get(self.versions, reference["pipeline_version_id"])
            expect(version["pipeline_id"] == reference["pipeline_id"], "a version of another pipeline")
        else:
            documents = [spec[part] for part in ROOT_SPEC] if "platform_spec" in spec else [spec]
            load_documents(yaml.safe_dump_all(documents))

    def _run(self, key: str) -> dict[str, Any]:
        state = self.states.pop(0) if self.states else "SUCCEEDED"
        failed = {"task_details": [{"display_name": "ranker-trainer", "state": "FAILED"}]}
        return {
            **get(self.runs, key),
            "state": state,
            **({"run_details": failed} if state == "FAILED" else {}),
        }


def new(things: dict[str, dict[str, Any]], key: str, body: dict[str, Any]) -> dict[str, Any]:
    identity = str(uuid.uuid4())
    things[identity] = {**body, key: identity, "created_at": "2024-01-01T00:00:00Z"}
    return things[identity]


def get(things: dict[str, dict[str, Any]], key: str) -> dict[str, Any]:
    expect(key in things, f"{key} not found", 404)
    return things[key]


def serving(stub: KfpStub, certificate: Path | None = None) -> Iterator[KfpStub]:
    """Serves on a free port of loopback until it is resumed; over TLS with a certificate (PEM, with its key)."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stub))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    stub.url = f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(stub: KfpStub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve("GET")

        def do_POST(self) -> None:
            self._serve("POST")

        def _serve(self, method: str) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body, content = self._body(content)
            stub.requests.append(Request(method, self.path, body))
            stub.headers.append(dict(self.headers))
            own = stub.answer(method, parts.path)
            if own:
                self._send(*own)
                return
            try:
                wanted = f"Bearer {stub.token}"
                expect(not stub.token or self.headers.get("authorization") == wanted, "who are you?", 401)
                self._send(200, json.dumps(stub.handle(method, parts.path, query, body, content)).encode())
            except RefusedError as error:
                refusal = {"error": str(error), "code": error.status, "message": str(error)}
                self._send(error.status, json.dumps(refusal).encode())

        def _body(self, content: bytes) -> tuple[Any, bytes]:
            kind = self.headers.get("Content-Type") or ""
            if not content:
                return None, b""
            if not kind.startswith("multipart/"):
                return json.loads(content), content
            message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + content)
            (part,) = message.get_payload()
            name = part.get_param("name", header="content-disposition")
            uploaded = part.get_payload(decode=True)
            return {name: describe_file(part.get_filename(), uploaded)}, uploaded

        def _send(self, status: int, answer: bytes, kind: str = "application/json") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            """Nothing: a test reads `requests`."""

    return Handler
