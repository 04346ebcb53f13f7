"""A compiled pipeline as it is sent to Kubeflow: checked, named by its content, with or without caching."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from listening_log.errors import UsageError

SCHEMA_VERSION: Final = "2.1.0"
"""The one that Kubeflow Pipelines takes."""
_PLATFORMS: Final = "platforms"
_LEGACY_TYPES: Final = {"INT": "NUMBER_INTEGER", "DOUBLE": "NUMBER_DOUBLE", "STRING": "STRING"}
"""The older field `type` beside `parameterType`."""


@dataclass(frozen=True)
class Parameter:
    """A runtime parameter of the pipeline."""

    type: str  # as pipeline_spec.proto names it: STRING, NUMBER_INTEGER …
    required: bool


@dataclass(frozen=True)
class Specification:
    """A file of `upnext compile`: the pipeline, and what it asks of the platform if it says so."""

    path: Path
    pipeline: dict[str, Any]
    platform: dict[str, Any]  # {} for none

    @property
    def name(self) -> str:
        """The pipeline's own name."""
        return str(self.pipeline["pipelineInfo"]["name"])

    @property
    def digest(self) -> str:
        """SHA-256 of the content, in hexadecimal: layout and comments of the file don't count."""
        content = json.dumps([self.pipeline, self.platform], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def parameters(self) -> dict[str, Parameter]:
        """The runtime parameters, by name."""
        told = self.pipeline["root"].get("inputDefinitions", {}).get("parameters", {})
        return {
            name: Parameter(
                type=spec.get("parameterType") or _LEGACY_TYPES.get(spec.get("type", ""), ""),
                required="defaultValue" not in spec and not spec.get("isOptional", False),
            )
            for name, spec in told.items()
        }

    def without_caching(self) -> "Specification":
        """The same with caching off in every task, to be written elsewhere.

        The SDK's `enable_caching=False` does nothing for a pipeline that is uploaded, and else reaches the
        tasks of the root alone, not those within the exit handler.
        """
        pipeline = json.loads(json.dumps(self.pipeline))
        for task in _tasks(pipeline):
            task["cachingOptions"] = {}
        return replace(self, pipeline=pipeline)

    def write(self, path: Path) -> None:
        """Writes it as a file that `read_specification` takes."""
        import yaml

        documents = [self.pipeline, *filter(None, [self.platform])]
        path.write_text(yaml.safe_dump_all(documents, sort_keys=True), encoding="utf-8")


def read_specification(path: Path) -> Specification:
    """Reads a file of `upnext compile`.

    Args:
        path: a `.yaml` or `.yml` file of one or two documents.

    Raises:
        UsageError: there is no such file, or it is not a pipeline that Kubeflow takes.
    """
    import yaml

    if path.suffix not in (".yaml", ".yml"):  # the server tells what a file is by its name
        raise UsageError(f"{path}: the compiled pipeline is YAML, in a file named .yaml or .yml")
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        documents = list(yaml.load_all(path.read_text(encoding="utf-8"), loader))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    documents = [document for document in documents if document is not None]
    platforms = [document for document in documents if _is_platform(document)]
    pipelines = [document for document in documents if not _is_platform(document)]
    if len(pipelines) != 1 or len(platforms) > 1 or not isinstance(pipelines[0], dict):
        raise UsageError(f"{path}: expected a pipeline and at most one platform document")
    found = Specification(path, pipelines[0], platforms[0] if platforms else {})
    _check(found)
    return found


def _is_platform(document: Any) -> bool:
    return isinstance(document, dict) and _PLATFORMS in document


def _check(specification: Specification) -> None:
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2

    path, pipeline = specification.path, specification.pipeline
    version = pipeline.get("schemaVersion")
    if version != SCHEMA_VERSION:
        raise UsageError(f"{path}: schemaVersion {version}, expected {SCHEMA_VERSION}: compile it anew")
    try:
        message = json_format.ParseDict(pipeline, pipeline_spec_pb2.PipelineSpec())
        json_format.ParseDict(specification.platform, pipeline_spec_pb2.PlatformSpec())
    except json_format.ParseError as error:
        raise UsageError(f"{path}: not a pipeline of Kubeflow: {' '.join(str(error).split())}") from error
    if not message.pipeline_info.name or not message.HasField("root"):
        raise UsageError(f"{path}: the pipeline has no name or no root: compile it anew")


def _tasks(pipeline: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for component in (pipeline["root"], *pipeline.get("components", {}).values()):
        yield from component.get("dag", {}).get("tasks", {}).values()
