"""Reads a compiled pipeline as Kubeflow would, and more closely than its loader does.

The loader takes references that lead nowhere and nonsense in the deployment part; the server finds out when
the run is under way. Here each problem names its place in the file.
"""

from typing import Final

from listening_log.errors import UserError
from tfx_pipeline.kubeflow.check.deployment import deployment_problems
from tfx_pipeline.kubeflow.check.references import reference_problems
from tfx_pipeline.kubeflow.check.required_fields import missing_fields
from tfx_pipeline.kubeflow.proto_check import loader_problems, proto_problems
from tfx_pipeline.kubeflow.spec import Spec, load_documents

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
        spec, platform = load_documents(text)
    except ValueError as error:
        return [f"the file: {error}"]
    return problems_in_documents(spec, platform) or list(loader_problems(text))


def problems_in_documents(spec: Spec, platform: Spec) -> list[str]:
    """Returns what is wrong with the documents, {} for no platform; all that the loader has no part in."""
    problems = list(proto_problems(spec, platform))
    if problems:  # what has the wrong shape cannot be read further
        return problems
    return [*reference_problems(spec), *deployment_problems(spec, platform), *missing_fields(spec)]
