"""Draws what came of each life, span by span, as one SVG of three panels."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape

from tfx_pipeline.simulation.outcome import Outcome

PANELS: Final[Mapping[str, tuple[Callable[[Outcome], float], str]]] = {
    "plays a session": (lambda one: one.plays_a_session, "{:.1f}"),
    "skipped": (lambda one: one.starts.shares[0], "{:.0%}"),
    "plays of new creators": (lambda one: one.non_habitual, "{:.0%}"),
}
"""What each panel shows, and how its axis is written."""
_COLOURS: Final = ("#1b6ca8", "#d1495b", "#e08e2b", "#2e8b57", "#8d6a9f")
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 250, 210, 42, 34, 34
_LEGEND: Final = 26


def picture(outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    """The picture as SVG, a line a life; the axis along is the number of the span.

    Args:
        outcomes: of each span, by life.
    """
    width = _WIDTH * len(PANELS)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT + _LEGEND}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{_HEIGHT + _LEGEND}" fill="white"/>',
    ]
    for number, (title, (value, form)) in enumerate(PANELS.items()):
        lines = {name: [value(one) for one in each] for name, each in outcomes.items()}
        parts.append(f'<g transform="translate({_WIDTH * number} 0)">')
        parts += [*_panel(title, lines, form), "</g>"]
    for number, name in enumerate(outcomes):
        x, y = _LEFT + number * (width - _LEFT) / len(outcomes), _HEIGHT + 12
        parts.append(f'<circle cx="{x:.1f}" cy="{y - 4}" r="4" fill="{_COLOURS[number % len(_COLOURS)]}"/>')
        parts.append(_text(x + 9, y, name))
    return "\n".join([*parts, "</svg>", ""])


def _panel(title: str, lines: Mapping[str, Sequence[float]], form: str) -> list[str]:
    spans = max((len(line) for line in lines.values()), default=1)
    highest = max((value for line in lines.values() for value in line), default=0.0) or 1.0
    wide, high = _WIDTH - _LEFT - 14, _HEIGHT - _TOP - _BOTTOM
    parts = [_text(_LEFT, 20, title, size=13)]
    for step in range(5):
        y = _TOP + high * (1 - step / 4)
        parts.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_LEFT + wide}" y2="{y:.1f}" stroke="#dddddd"/>')
        parts.append(_text(_LEFT - 5, y + 4, form.format(highest * step / 4), anchor="end"))
    for number, line in enumerate(lines.values()):
        colour = _COLOURS[number % len(_COLOURS)]
        points = [
            (_LEFT + wide * (place + 0.5) / spans, _TOP + high * (1 - value / highest))
            for place, value in enumerate(line)
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
    ends = [_LEFT + wide * (place + 0.5) / spans for place in range(spans)]
    parts += [_text(x, _HEIGHT - 16, str(span), anchor="middle") for span, x in enumerate(ends, 1)]
    return [*parts, _text(_LEFT + wide / 2, _HEIGHT - 2, "span", anchor="middle")]


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 11) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'
