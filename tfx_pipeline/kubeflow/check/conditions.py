"""Reads the conditions (CEL) under which tasks run, as far as their references go."""

import re
from collections.abc import Iterator
from typing import Final

from tfx_pipeline.kubeflow.spec import Spec, artifacts, parameters

TEXT: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
MENTION: Final = re.compile(r"\binputs\b")
REFERENCE: Final = re.compile(r"\binputs\.(artifacts|parameter_values)\[(?:'([^']+)'|\"([^\"]+)\")\]")


def references(condition: str) -> list[tuple[str, str]]:
    """Returns what a condition asks for: `artifacts` or `parameter_values`, and the input's name."""
    return [(kind, one or other) for kind, one, other in REFERENCE.findall(condition)]


def findings(place: str, task: Spec) -> Iterator[str]:
    """Yields what a task's condition asks for and its task does not have."""
    condition = task.get("triggerPolicy", {}).get("condition")
    if not condition:
        return
    place = f"{place}.triggerPolicy.condition"
    found = references(condition)
    if not found or len(MENTION.findall(TEXT.sub("''", condition))) != len(found):
        yield f"{place}: cannot tell which inputs it asks for: {condition}"
    inputs = task.get("inputs", {})
    for kind, name in found:
        if name not in (artifacts(inputs) if kind == "artifacts" else parameters(inputs)):
            yield f"{place}: asks for {kind} {name}, which is no input of the task"
