"""Draws curves as SVG: a linear axis along, a logarithmic one up."""

import math
from collections.abc import Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape

WIDTH: Final = 720
HEIGHT: Final = 420
LEFT: Final = 70
RIGHT: Final = 170
TOP: Final = 40
BOTTOM: Final = 50
COLOURS: Final = ("#1b6ca8", "#d1495b", "#2e8b57", "#8d6a9f", "#e08e0b", "#4f4f4f", "#17a2a2", "#a0522d")
Curve = Sequence[tuple[float, float]]


def draw(curves: Mapping[str, Curve], title: str, along: str, up: str, least: float = 0.8) -> str:
    """Draws one line with dots a curve.

    Args:
        curves: points by the curve's name; those below `least` are left out.
        title: above the picture.
        along: name of the x axis, which ends at 1.
        up: name of the y axis.
        least: where the x axis begins.
    """
    shown = {name: sorted(p for p in curve if p[0] >= least) for name, curve in curves.items()}
    heights = [y for curve in shown.values() for _, y in curve] or [1.0]
    low, high = math.floor(math.log10(min(heights))), math.ceil(math.log10(max(heights)))
    high = max(high, low + 1)

    def x_of(value: float) -> float:
        return LEFT + (value - least) / (1 - least) * (WIDTH - LEFT - RIGHT)

    def y_of(value: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(value) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        _text(LEFT, 22, title, size=15),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, along, anchor="middle"),
        _text(8, TOP - 8, up),
    ]
    for step in range(5):
        value = least + (1 - least) * step / 4
        parts += [
            _line(x_of(value), TOP, x_of(value), HEIGHT - BOTTOM, "#dddddd"),
            _text(x_of(value), HEIGHT - BOTTOM + 18, f"{value:.2f}", anchor="middle"),
        ]
    for power in range(low, high + 1):
        y = y_of(10.0**power)
        parts += [
            _line(LEFT, y, WIDTH - RIGHT, y, "#dddddd"),
            _text(LEFT - 6, y + 4, f"{10**power:,g}", anchor="end"),
        ]
    for number, (name, curve) in enumerate(shown.items()):
        colour = COLOURS[number % len(COLOURS)]
        places = [(x_of(x), y_of(y)) for x, y in curve]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        y = TOP + 12 + 20 * number
        parts += [
            _line(WIDTH - RIGHT + 12, y - 4, WIDTH - RIGHT + 32, y - 4, colour, width=3),
            _text(WIDTH - RIGHT + 38, y, name),
        ]
    return "\n".join([*parts, "</svg>", ""])


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, width: int = 1) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"/>'
    )
