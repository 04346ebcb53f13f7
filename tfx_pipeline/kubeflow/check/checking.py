"""Reads a compiled pipeline as Kubeflow would, and more closely than its loader does.

The loader takes references that lead nowhere and nonsense in the deployment part; the server finds out when
the run is under way. Here each problem names its place in the file.
"""

from typing import Final

import yaml

from listening_log.errors import UserError, one_line
from tfx_pipeline.kubeflow.check.deployment import deployment_problems
from tfx_pipeline.kubeflow.check.references import reference_problems
from tfx_pipeline.kubeflow.check.required_fields import missing_fields
from tfx_pipeline.kubeflow.proto_check import loader_problems, proto_problems
from tfx_pipeline.kubeflow.spec import Spec, load_all

SHOWN: Final = 3


class CompileError(UserError):
    """The compiled pipeline is not one that Kubeflow could run."""


def check(text: str) -> None:
    """Checks the text of a compiled pipeline.

    Raises:
        CompileError: it has problems; the message has the first of them.
    """
    problems = problems_in(text)
    if problems:
        more = f"; and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise CompileError(f"the compiled pipeline is wrong: {'; '.join(problems[:SHOWN])}{more}")


def problems_in(text: str) -> list[str]:
    """Returns what is wrong with a compiled pipeline, each as `place: what`.

    Args:
        text: one or two YAML documents: the specification, and what it asks of the platform.
    """
    try:
        documents = load_all(text)
    except yaml.YAMLError as error:
        return [f"the file: no YAML: {one_line(error)}"]
    if len(documents) not in (1, 2) or not all(isinstance(document, dict) for document in documents):
        return [f"the file: expected one or two mappings as YAML documents, got {len(documents)} documents"]
    spec, platform = (*documents, {})[:2]
    return problems_in_documents(spec, platform) or list(loader_problems(text))


def problems_in_documents(spec: Spec, platform: Spec) -> list[str]:
    """Returns what is wrong with the documents, {} for no platform; all that the loader has no part in."""
    problems = list(proto_problems(spec, platform))
    if problems:  # what has the wrong shape cannot be read further
        return problems
    return [*reference_problems(spec), *deployment_problems(spec, platform), *missing_fields(spec)]
