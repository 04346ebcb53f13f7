"""A file of `upnext compile`: the one reader of it, whether it is sent to Kubeflow or run here."""

import copy
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import JsonValue

from listening_log.errors import UsageError
from tfx_pipeline.kubeflow.parameter_values import Parameter, parse_values
from tfx_pipeline.kubeflow.proto_check import proto_problems
from tfx_pipeline.kubeflow.spec import SCHEMA_VERSION, Spec, dags, dump_all, load_documents, parameters


@dataclass(frozen=True)
class CompiledPipeline:
    """A compiled pipeline, and what it asks of the platform."""

    path: Path
    spec: Spec
    platform: Spec
    """The platform document, {} for none."""

    @property
    def name(self) -> str:
        """The pipeline's own name."""
        return str(self.spec["pipelineInfo"]["name"])

    @property
    def digest(self) -> str:
        """SHA-256 of the content, in hexadecimal: layout and comments of the file don't count."""
        return hashlib.sha256(json.dumps([self.spec, self.platform], sort_keys=True).encode()).hexdigest()

    @property
    def parameters(self) -> dict[str, Parameter]:
        """The runtime parameters, by name."""
        return {
            name: Parameter(
                type=declared.get("parameterType", ""),
                required="defaultValue" not in declared and not declared.get("isOptional", False),
                default=declared.get("defaultValue"),
            )
            for name, declared in parameters(self.spec["root"].get("inputDefinitions", {})).items()
        }

    def values(self, texts: Mapping[str, str]) -> dict[str, JsonValue]:
        """Returns the value of every parameter: what its text says, or its default.

        Raises:
            UsageError: a name is unknown, a text is not of its parameter's type, or a value is missing.
        """
        defaults = {name: parameter.default for name, parameter in self.parameters.items()}
        return defaults | parse_values(self.parameters, texts)

    def without_caching(self) -> "CompiledPipeline":
        """Returns the same with caching off in every task, to be written elsewhere.

        The SDK's `enable_caching=False` does nothing for a pipeline that is uploaded, and else reaches the
        tasks of the root alone, not those within the exit handler.
        """
        spec = copy.deepcopy(self.spec)
        for dag in dags(spec):
            for task in dag.tasks.values():
                task["cachingOptions"] = {}
        return replace(self, spec=spec)

    def write(self, path: Path) -> None:
        """Writes a file that `read_compiled` reads."""
        path.write_text(dump_all([self.spec, *filter(None, [self.platform])]), encoding="utf-8")


def read_compiled(path: Path) -> CompiledPipeline:
    """Reads a `.yaml` or `.yml` file of one or two documents.

    Raises:
        UsageError: there is no such file, or it is not a pipeline that Kubeflow takes.
    """
    if path.suffix not in (".yaml", ".yml"):  # the server tells what a file is by its name
        raise UsageError(f"{path}: the compiled pipeline is YAML, in a file named .yaml or .yml")
    try:
        spec, platform = load_documents(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError as error:  # of bytes that are no text, too
        raise UsageError(f"{path}: {error}") from error
    if spec.get("schemaVersion") != SCHEMA_VERSION:
        version = spec.get("schemaVersion")
        raise UsageError(f"{path}: schemaVersion {version}, expected {SCHEMA_VERSION}: compile it anew")
    for problem in proto_problems(spec, platform):
        raise UsageError(f"{path}: not a pipeline of Kubeflow: {problem}")
    if not spec.get("pipelineInfo", {}).get("name"):
        raise UsageError(f"{path}: the pipeline has no name: compile it anew")
    return CompiledPipeline(path, spec, platform)
