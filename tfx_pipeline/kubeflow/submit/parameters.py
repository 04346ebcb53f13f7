"""Values of runtime parameters, checked against the compiled pipeline before anything is sent.

The server starts a run whatever the values are called, and the run fails in its first stage; some versions
refuse. So it is told here, in one line.
"""

import difflib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from listening_log.errors import UsageError
from tfx_pipeline.kubeflow.submit.file import Parameter


def checked_values(
    parameters: Mapping[str, Parameter], given: Sequence[str], *, later: Sequence[str] = ()
) -> dict[str, Any]:
    """The values that a run is started with.

    Args:
        parameters: those of the pipeline, by name.
        given: `name=value` each.
        later: names whose values the caller sets itself.

    Returns:
        Each given name's value, of the parameter's own type.

    Raises:
        UsageError: a name is unknown or given twice, a value is not of its type, or one is missing.
    """
    values: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--param {text}: expected NAME=VALUE")
        if name in values:
            raise UsageError(f"--param {name}: given twice")
        if name in later:
            raise UsageError(f"--param {name}: --backfill sets it for each run")
        values[name] = value_of(parameters, name, value)
    missing = sorted(
        name for name, parameter in parameters.items() if parameter.required and name not in {*values, *later}
    )
    if missing:
        raise UsageError(
            f"the pipeline has no default for {', '.join(missing)}: give --param {missing[0]}=VALUE"
        )
    return values


def value_of(parameters: Mapping[str, Parameter], name: str, text: str) -> Any:
    """What `text` says as a value of the parameter. Raises UsageError if it is none, or the name is unknown."""
    if name not in parameters:
        raise UsageError(f"--param {name}: the pipeline has no such parameter{meant(name, parameters)}")
    kind = parameters[name].type
    value = parsed(kind, text)
    if value is None:
        raise UsageError(f"--param {name}={text}: expected {_TOLD.get(kind, kind or 'a type that is known')}")
    return value


_TOLD: Final = {
    "NUMBER_INTEGER": "a whole number",
    "NUMBER_DOUBLE": "a finite number",
    "BOOLEAN": "true or false",
    "LIST": "a list in JSON, as in [1, 2]",
    "STRUCT": 'an object in JSON, as in {"a": 1}',
}


def parsed(kind: str, text: str) -> Any:
    """The value that a text says of a parameter type, None for a text that is none of it."""
    try:
        if kind == "STRING":
            return text
        if kind == "NUMBER_INTEGER":
            return int(text)
        if kind == "NUMBER_DOUBLE":
            return number if math.isfinite(number := float(text)) else None
        if kind == "BOOLEAN":
            return {"true": True, "false": False}.get(text.lower())
        if kind in ("LIST", "STRUCT"):
            value = json.loads(text)
            return value if isinstance(value, list if kind == "LIST" else dict) else None
    except ValueError:
        pass
    return None


def meant(name: str, parameters: Mapping[str, Any]) -> str:
    """What an unknown name may have been meant for, or which names there are: the end of a message."""
    close = difflib.get_close_matches(name, parameters, n=1)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; it has {', '.join(sorted(parameters))}" if parameters else " and no other"
