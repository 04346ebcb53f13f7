"""Parses a compiled pipeline with Kubeflow's own messages and loader: names and types of fields."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from listening_log.errors import one_line
from tfx_pipeline.kubeflow.spec import KUBERNETES, Spec, platform_executors

if TYPE_CHECKING:
    from google.protobuf.message import Message


def proto_problems(spec: Spec, platform: Spec) -> Iterator[str]:
    """Yields what Kubeflow's protocol buffers refuse, as `place: what`.

    Args:
        spec: the specification.
        platform: the platform document, {} for none.
    """
    from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb

    yield from _parse_problems("the specification", spec, pb.PipelineSpec())
    yield from _parse_problems(
        "deploymentSpec", spec.get("deploymentSpec", {}), pb.PipelineDeploymentConfig()
    )
    yield from _parse_problems("the platform document", platform, pb.PlatformSpec())
    for name in platform.get("platforms", {}):
        if name != KUBERNETES:
            yield f"platforms.{name}: expected {KUBERNETES}"
    for label, executor in platform_executors(platform).items():
        place = f"platforms.{KUBERNETES}.deploymentSpec.executors.{label}"
        yield from _parse_problems(place, executor, KubernetesExecutorConfig())


def loader_problems(text: str) -> Iterator[str]:
    """Yields what Kubeflow's loader has against the text of a compiled pipeline."""
    from kfp import components

    try:
        components.load_component_from_text(text)
    except Exception as error:
        yield f"the file: Kubeflow's loader refuses it: {one_line(error)}"


def _parse_problems(place: str, values: object, message: "Message") -> Iterator[str]:
    from google.protobuf import json_format

    try:
        json_format.ParseDict(values, message)
    except (json_format.ParseError, TypeError, ValueError, AttributeError) as error:
        yield f"{place}: {one_line(error)}"
