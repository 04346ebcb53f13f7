"""Values of a compiled pipeline's parameters, checked before anything is sent or run.

Kubeflow starts a run whatever the values are called, and the run fails in its first stage; some versions
refuse. So they are checked here, and refused in one line.
"""

import difflib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from pydantic import JsonValue

from listening_log.errors import UsageError
from tfx_pipeline.config.assignments import split_assignment


@dataclass(frozen=True)
class Parameter:
    """A runtime parameter that a pipeline declares."""

    type: str
    """The name that pipeline_spec.proto has for it: STRING, NUMBER_INTEGER …"""
    required: bool
    default: JsonValue = None


def split_parameters(words: Sequence[str]) -> dict[str, str]:
    """Splits words `name=value`.

    Raises:
        UsageError: a word has another form, or a name stands twice.
    """
    texts: dict[str, str] = {}
    for word in words:
        name, text = split_assignment(word, "--param", "name=value", "seed=3")
        if name in texts:
            raise UsageError(f"--param {name}: given twice")
        texts[name] = text
    return texts


def parse_values(parameters: Mapping[str, Parameter], texts: Mapping[str, str]) -> dict[str, JsonValue]:
    """Parses the values that a run is started with, each to its parameter's own type.

    Args:
        parameters: those of the pipeline, by name.
        texts: a text for each parameter that does not keep its default.

    Raises:
        UsageError: a name is unknown, a text is not of its parameter's type, or a value is missing.
    """
    values = {name: _parse_value(parameters, name, text) for name, text in texts.items()}
    missing = sorted(
        name for name, parameter in parameters.items() if parameter.required and name not in values
    )
    if missing:
        raise UsageError(
            f"the pipeline has no default for {', '.join(missing)}: give --param {missing[0]}=VALUE"
        )
    return values


def _parse_value(parameters: Mapping[str, Parameter], name: str, text: str) -> JsonValue:
    if name not in parameters:
        raise UsageError(f"--param {name}: the pipeline has no such parameter{_suggestion(name, parameters)}")
    description, parse = _PARSERS.get(parameters[name].type, ("a type that is known", _refuse))
    try:
        return parse(text)
    except (ValueError, LookupError, RecursionError):
        raise UsageError(f"--param {name}={text}: expected {description}") from None


def _suggestion(name: str, parameters: Mapping[str, Parameter]) -> str:
    close = difflib.get_close_matches(name, parameters, n=1)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; it has {', '.join(sorted(parameters))}" if parameters else " and no other"


def _parse_number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _parse_json(kind: type, text: str) -> JsonValue:
    value: JsonValue = json.loads(text, parse_constant=_refuse)  # NaN and Infinity, which JSON does not have
    if not isinstance(value, kind):
        raise ValueError
    return value


def _refuse(text: str) -> JsonValue:
    raise ValueError


_PARSERS: Final[Mapping[str, tuple[str, Callable[[str], JsonValue]]]] = {
    "STRING": ("text", str),
    "NUMBER_INTEGER": ("a whole number", int),
    "NUMBER_DOUBLE": ("a finite number", _parse_number),
    "BOOLEAN": ("true or false", lambda text: {"true": True, "false": False}[text.lower()]),
    "LIST": ("a list in JSON, as in [1, 2]", partial(_parse_json, list)),
    "STRUCT": ('an object in JSON, as in {"a": 1}', partial(_parse_json, dict)),
}
