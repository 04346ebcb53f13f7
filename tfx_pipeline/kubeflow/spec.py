"""Names of Kubeflow's pipeline specification (2.1, as JSON has it), and how its parts are found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import yaml

from listening_log.errors import one_line

Spec: TypeAlias = dict[str, Any]
"""A mapping of the specification; what its keys hold is in pipeline_spec.proto."""

SCHEMA_VERSION: Final = "2.1.0"
INNER: Final = "tfx-dag"
"""The component that holds every stage but the exit handler."""
KUBERNETES: Final = "kubernetes"

# libyaml's, where it is there: a compiled pipeline is long
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Final = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def load_documents(text: str) -> tuple[Spec, Spec]:
    """Reads a compiled pipeline's specification and its platform document, {} for none.

    Raises:
        ValueError: the text is not YAML, or these documents are not in it.
    """
    try:
        documents = [document for document in yaml.load_all(text, _LOADER) if document is not None]
    except yaml.YAMLError as error:
        raise ValueError(f"not YAML: {one_line(error)}") from None
    spec, platform = (*documents, {}, {})[:2]
    are_mappings = len(documents) in (1, 2) and all(isinstance(document, dict) for document in documents)
    if not are_mappings or "root" not in spec or platform.keys() - {"platforms"}:
        raise ValueError(
            "expected a pipeline and at most one platform document, as `upnext compile` writes them"
        )
    return spec, platform


def dump_all(documents: Sequence[Spec]) -> str:
    """Writes YAML documents, keys sorted: the same documents give the same text."""
    return str(yaml.dump_all(documents, Dumper=_DUMPER, sort_keys=True, allow_unicode=True))


@dataclass(frozen=True)
class Dag:
    """A graph of tasks, and the component that it is the inside of."""

    place: str
    """Where it stands, for messages."""
    component: Spec
    tasks: dict[str, Spec]


def dags(spec: Spec) -> Iterator[Dag]:
    """Yields the root's graph and every component that is one."""
    root = spec.get("root", {})
    yield Dag("root", root, root.get("dag", {}).get("tasks", {}))
    for name, component in spec.get("components", {}).items():
        if "dag" in component:
            yield Dag(f"components.{name}", component, component["dag"].get("tasks", {}))


def executors(spec: Spec) -> dict[str, Spec]:
    """Returns what runs where, by label."""
    return spec.get("deploymentSpec", {}).get("executors", {})


def platform_executors(platform: Spec) -> dict[str, Spec]:
    """Returns what Kubernetes gives each container, by label, from the platform document."""
    return executors(platform.get("platforms", {}).get(KUBERNETES, {}))


def component_of(spec: Spec, task: Spec) -> Spec:
    """Returns the component of a task, {} where the reference leads nowhere."""
    return spec.get("components", {}).get(task.get("componentRef", {}).get("name"), {})


def container_tasks(spec: Spec) -> Iterator[tuple[str, Spec, Spec]]:
    """Yields name, task and container of every task that a container does."""
    for dag in dags(spec):
        for name, task in dag.tasks.items():
            executor = executors(spec).get(component_of(spec, task).get("executorLabel", ""), {})
            if "container" in executor:
                yield name, task, executor["container"]


def parameters(definitions: Spec) -> dict[str, Spec]:
    """Returns the parameters of `inputDefinitions`, `outputDefinitions` or a task's `inputs`, by name."""
    return definitions.get("parameters", {})


def artifacts(definitions: Spec) -> dict[str, Spec]:
    """Returns the artifacts of `inputDefinitions`, `outputDefinitions` or a task's `inputs`, by name."""
    return definitions.get("artifacts", {})
