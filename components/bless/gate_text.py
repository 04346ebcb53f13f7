"""A gate in words."""

from collections.abc import Mapping
from typing import Any


def gate_line(gate: Mapping[str, Any]) -> str:
    """A gate's name, figure and floor on one line."""
    relation = "above" if gate["strict"] else "at least"
    figure = "no figure" if gate["figure"] is None else f"{gate['figure']:.4f}"
    return f"gate {gate['name']!r} said no: {figure}, must be {relation} {gate['floor']:.4f}"
