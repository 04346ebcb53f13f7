"""Reads a compiled pipeline, and the parameters that it is run with."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from listening_log.errors import UsageError, UserError
from tfx_pipeline.kubeflow.spec import Spec, parameters
from tfx_pipeline.kubeflow.submit.parameters import meant, parsed


def read_compiled(path: str | Path) -> Spec:
    """The specification of a file that `upnext compile` wrote.

    Raises UserError: the file can't be read, or is no compiled pipeline.
    """
    try:
        documents = list(yaml.safe_load_all(Path(path).read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    except yaml.YAMLError as error:
        raise UserError(f"{path} is no YAML: {' '.join(str(error).split())}") from None
    spec = documents[0] if documents else None
    if not isinstance(spec, dict) or not {"components", "deploymentSpec", "root"} <= set(spec):
        raise UserError(f"{path} is no compiled pipeline: `upnext compile --out FILE` makes one")
    return spec


def parameter_values(spec: Spec, given: Mapping[str, str]) -> dict[str, Any]:
    """The value of each of the pipeline's parameters: as `given`, read as `upnext submit` does, or its default.

    Raises UsageError: a parameter that there is not, one of another type, or one that lacks a value.
    """
    declared = parameters(spec["root"].get("inputDefinitions", {}))
    values: dict[str, Any] = {}
    for name, text in given.items():
        if name not in declared:
            raise UsageError(f"--param {name}: the pipeline has no such parameter{meant(name, declared)}")
        values[name] = _typed(name, declared[name]["parameterType"], text)
    for name, told in declared.items():
        if name not in values and "defaultValue" not in told:
            raise UsageError(f"--param {name}: the pipeline has no default for it, give a value")
        values.setdefault(name, told.get("defaultValue"))
    return values


def _typed(name: str, kind: str, text: str) -> Any:
    value = parsed(kind, text)
    if value is None:
        raise UsageError(f"--param {name}: expected {kind}, got {text!r}")
    return value
