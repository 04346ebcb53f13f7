"""Reads the conditions (CEL) under which tasks run, as far as their references go."""

import re
from collections.abc import Iterator
from typing import Final

from tfx_pipeline.kubeflow.spec import Spec, artifacts, parameters

_TEXT: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_MENTION: Final = re.compile(r"\binputs\b")
_REFERENCE: Final = re.compile(r"\binputs\.(artifacts|parameter_values)\[(?:'([^']+)'|\"([^\"]+)\")\]")


def condition_problems(place: str, task: Spec) -> Iterator[str]:
    """Yields what a task's condition asks for and its task does not have."""
    condition = task.get("triggerPolicy", {}).get("condition")
    if not condition:
        return
    place = f"{place}.triggerPolicy.condition"
    references = [(kind, single or double) for kind, single, double in _REFERENCE.findall(condition)]
    if not references or len(_MENTION.findall(_TEXT.sub("''", condition))) != len(references):
        yield f"{place}: cannot tell which inputs it asks for: {condition}"
    inputs = task.get("inputs", {})
    for kind, name in references:
        if name not in (artifacts(inputs) if kind == "artifacts" else parameters(inputs)):
            yield f"{place}: asks for {kind} {name}, which is no input of the task"
