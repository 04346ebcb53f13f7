"""Checks that nothing is missing which TFX's compiler leaves out and Kubeflow would not miss."""

from collections.abc import Iterator

from tfx_pipeline.kubeflow.spec import SCHEMA_VERSION, Spec, container_tasks, dags, parameters


def missing_fields(spec: Spec) -> Iterator[str]:
    """Yields what is missing, as `place: what`."""
    if spec.get("schemaVersion") != SCHEMA_VERSION:
        yield f"schemaVersion: expected {SCHEMA_VERSION}, got {spec.get('schemaVersion')}"
    if not spec.get("pipelineInfo", {}).get("name"):
        yield "pipelineInfo.name: is empty"
    if not spec.get("defaultPipelineRoot"):
        yield "defaultPipelineRoot: is empty: artifacts have no place"
    for name, declared in parameters(spec.get("root", {}).get("inputDefinitions", {})).items():
        if "defaultValue" not in declared:
            yield f"root.inputDefinitions.parameters.{name}: has no defaultValue"
    in_containers = {name for name, _, _ in container_tasks(spec)}
    if not in_containers:
        yield "root: has no task that a container does"
    for dag in dags(spec):
        for name in sorted(in_containers & dag.tasks.keys()):
            place = f"{dag.place}.dag.tasks.{name}"
            if "cachingOptions" not in dag.tasks[name]:
                yield f"{place}: does not say whether it is cached"
            if not dag.tasks[name].get("retryPolicy"):
                yield f"{place}: does not say how often it is tried again"
