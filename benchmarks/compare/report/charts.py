"""Charts as SVG: a point for each provider, with its intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.compare.report.markup import Markup, join, tag

WIDTH, HEIGHT = 640, 380
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 18, 52
COLOURS = ("#1f4e79", "#a6431c", "#2e6b3a", "#6b3a7d", "#7a6212", "#0f6b78", "#8c2f4b", "#444444")


@dataclass(frozen=True, slots=True)
class Point:
    """One provider: x and y, each as value, low and high; ends may be NaN. ``number`` is its place in the report."""

    name: str
    number: int
    x: tuple[float, float, float]
    y: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float
    begin: float
    end: float
    logarithmic: bool

    def at(self, value: float) -> float:
        low, high, value = np.log10([self.low, self.high, value]) if self.logarithmic else (self.low, self.high, value)
        return round(float(self.begin + (self.end - self.begin) * (value - low) / (high - low)), 1)

    @property
    def ticks(self) -> list[float]:
        if self.logarithmic:
            found = [
                step * 10.0**power
                for power in range(int(np.floor(np.log10(self.low))), int(np.ceil(np.log10(self.high))) + 1)
                for step in (1, 2, 5)
            ]
        else:
            step = _step(self.high - self.low)
            found = list(np.arange(np.ceil(self.low / step) * step, self.high + step / 2, step))
        return [float(tick) for tick in found if self.low <= tick <= self.high * (1 + 1e-9)]


def scatter(points: Sequence[Point], x_title: str, y_title: str, says: str) -> Markup:
    """A chart of points.

    Args:
        points: at least one.
        x_title: what the axis to the right tells.
        y_title: what the axis upwards tells.
        says: what the chart shows, in words, for those who do not see it.
    """
    x = _axis([value for point in points for value in point.x], LEFT, WIDTH - RIGHT, may_be_logarithmic=True)
    y = _axis([value for point in points for value in point.y], HEIGHT - BOTTOM, TOP, may_be_logarithmic=False)
    marks = [_mark(point, x, y) for point in points]
    return tag(
        "svg",
        tag("title", says),
        _grid(x, y),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x_title + (" (logarithmic)" if x.logarithmic else ""), "middle"),
        tag(
            "text", y_title, transform=f"translate(14 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)", text_anchor="middle"
        ),
        *marks,
        *_names(points, y),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        class_="chart",
    )


def colour(number: int) -> str:
    """The colour of the provider with this place in the report."""
    return COLOURS[number % len(COLOURS)]


def _axis(values: Sequence[float], begin: float, end: float, *, may_be_logarithmic: bool) -> _Axis:
    known = [value for value in values if not np.isnan(value)]
    low, high = min(known), max(known)
    if may_be_logarithmic and low > 0 and high / low > 10:
        return _Axis(low / 1.25, high * 1.25, begin, end, logarithmic=True)
    margin = (high - low or abs(high) or 1) * 0.12
    bottom = max(0.0, low - margin) if low >= 0 else low - margin
    return _Axis(bottom, high + margin, begin, end, logarithmic=False)


def _step(length: float) -> float:
    rough = length / 5
    power = 10.0 ** np.floor(np.log10(rough))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= rough * 0.999))


def _grid(x: _Axis, y: _Axis) -> Markup:
    lines = [
        join(
            tag("line", x1=x.at(tick), x2=x.at(tick), y1=TOP, y2=HEIGHT - BOTTOM, class_="grid"),
            _text(x.at(tick), HEIGHT - BOTTOM + 18, _short(tick), "middle"),
        )
        for tick in x.ticks
    ]
    lines += [
        join(
            tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y.at(tick), y2=y.at(tick), class_="grid"),
            _text(LEFT - 8, y.at(tick) + 4, _short(tick), "end"),
        )
        for tick in y.ticks
    ]
    return join(*lines)


def _mark(point: Point, x: _Axis, y: _Axis) -> Markup:
    across, down = x.at(point.x[0]), y.at(point.y[0])
    ink = colour(point.number)
    bars = []
    if not np.isnan(point.x[1:]).any():
        bars.append(tag("line", x1=x.at(point.x[1]), x2=x.at(point.x[2]), y1=down, y2=down, stroke=ink, class_="bar"))
    if not np.isnan(point.y[1:]).any():
        bars.append(
            tag("line", x1=across, x2=across, y1=y.at(point.y[1]), y2=y.at(point.y[2]), stroke=ink, class_="bar")
        )
    return tag("g", *bars, tag("circle", cx=across, cy=down, r=5, fill=ink), tag("title", point.name))


def _names(points: Sequence[Point], y: _Axis) -> list[Markup]:
    """Names at the right edge, at the height of their points where there is room."""
    told: list[Markup] = []
    lowest: float = TOP
    for point in sorted(points, key=lambda point: y.at(point.y[0])):
        height = max(y.at(point.y[0]) + 4, lowest + 12)
        lowest = height + 4
        ink = colour(point.number)
        told.append(tag("circle", cx=WIDTH - RIGHT + 12, cy=height - 4, r=4, fill=ink))
        told.append(
            _text(WIDTH - RIGHT + 22, height, point.name if len(point.name) < 22 else point.name[:20] + "…", "start")
        )
    return told


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return tag("text", text, x=x, y=y, text_anchor=anchor)


def _short(value: float) -> str:
    return f"{value:g}"
