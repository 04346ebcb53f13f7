"""Parses a compiled pipeline with Kubeflow's own messages and loader: names and types of fields."""

from collections.abc import Iterator

from tfx_pipeline.kubeflow.spec import KUBERNETES, Spec


def findings(spec: Spec, platform: Spec) -> Iterator[str]:
    """Yields what Kubeflow's protocol buffers refuse, as `place: what`."""
    from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb

    yield from _parsed("the specification", spec, pb.PipelineSpec())
    yield from _parsed("deploymentSpec", spec.get("deploymentSpec", {}), pb.PipelineDeploymentConfig())
    if not platform:
        return
    yield from _parsed("the platform document", platform, pb.PlatformSpec())
    platforms = platform.get("platforms", {})
    for name in platforms:
        if name != KUBERNETES:
            yield f"platforms.{name}: expected {KUBERNETES}"
    executors = platforms.get(KUBERNETES, {}).get("deploymentSpec", {}).get("executors", {})
    for label, said in executors.items():
        place = f"platforms.{KUBERNETES}.deploymentSpec.executors.{label}"
        yield from _parsed(place, said, KubernetesExecutorConfig())


def loader_findings(text: str) -> Iterator[str]:
    """Yields what Kubeflow's loader has against it."""
    from kfp import components

    try:
        components.load_component_from_text(text)
    except Exception as error:
        yield f"the file: Kubeflow's loader refuses it: {_one_line(error)}"


def _parsed(place: str, values: object, message: object) -> Iterator[str]:
    from google.protobuf import json_format

    try:
        json_format.ParseDict(values, message)
    except (json_format.ParseError, TypeError, ValueError, AttributeError) as error:
        yield f"{place}: {_one_line(error)}"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
