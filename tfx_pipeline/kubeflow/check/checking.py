"""Reads a compiled pipeline as Kubeflow would, and more closely than its loader does.

The loader takes references that lead nowhere and nonsense in the deployment part; the server finds out when
the run is under way. Here each finding names its place in the file.
"""

from typing import Final

import yaml

from listening_log.errors import UserError
from tfx_pipeline.kubeflow.check import deployment, references, required_fields
from tfx_pipeline.kubeflow.proto_check import loader_problems, proto_problems
from tfx_pipeline.kubeflow.spec import Spec, load_all

SHOWN: Final = 3


class CompileError(UserError):
    """The compiled pipeline is not one that Kubeflow could run."""


def check(text: str) -> None:
    """Raises CompileError, with the first findings, if there are any."""
    found = findings(text)
    if found:
        more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise CompileError(f"the compiled pipeline is wrong: {'; '.join(found[:SHOWN])}{more}")


def findings(text: str) -> list[str]:
    """Returns what is wrong with a compiled pipeline, each as `place: what`.

    Args:
        text: one or two YAML documents: the specification, and what it asks of the platform.
    """
    try:
        documents = load_all(text)
    except yaml.YAMLError as error:
        return [f"the file: no YAML: {' '.join(str(error).split())}"]
    if len(documents) not in (1, 2) or not all(isinstance(found, dict) for found in documents):
        return [f"the file: expected one or two mappings as YAML documents, got {len(documents)} documents"]
    spec, platform = (*documents, {})[:2]
    return document_findings(spec, platform) or list(loader_problems(text))


def document_findings(spec: Spec, platform: Spec) -> list[str]:
    """Likewise of the documents, {} for no platform; all but what the loader says."""
    found = list(proto_problems(spec, platform))
    if found:  # what has the wrong shape cannot be read further
        return found
    return [*references.findings(spec), *deployment.findings(spec, platform), *required_fields.findings(spec)]
