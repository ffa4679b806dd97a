"""What does one measurement say, and how is a table made of many?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil


class CannotMeasure(Exception):
    """This machine lacks what the measurement needs; the text says what."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured beside a floor or a peer in the same run.

    `bar` is how much of `floor` is allowed, `at_least` whether more is better. Both None: measured without a bar.
    `absolute`: the bar is a number in `unit`, and the floor is only shown beside it.
    """

    what: str
    unit: str
    ours: float
    floor: float | None = None
    floor_name: str = ""
    bar: float | None = None
    at_least: bool = False
    absolute: bool = False

    @property
    def ratio(self) -> float | None:
        return self.ours / self.floor if self.floor else None

    @property
    def met(self) -> bool | None:
        """None when there is no bar. Without a floor the bar is a plain number."""
        if self.bar is None:
            return None
        value = self.ours if self.ratio is None or self.absolute else self.ratio
        return value >= self.bar if self.at_least else value <= self.bar


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of `values` that at least so many percent of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]


def table(rows: list[Row]) -> str:
    """Markdown, so that it can be pasted where it is read."""
    head = "| what | ours | floor | ratio | bar | met |\n|---|---|---|---|---|---|"
    return "\n".join([head, *(_line(row) for row in rows)])


def _line(row: Row) -> str:
    floor = "" if row.floor is None else f"{_plain(row.floor)} ({row.floor_name})"
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    sign = "≥" if row.at_least else "≤"
    times = " x" if row.bar is not None and row.ratio is not None and not row.absolute else ""
    bar = "" if row.bar is None else f"{sign} {_plain(row.bar)}{times}"
    met = "" if row.met is None else ("yes" if row.met else "no")
    return f"| {row.what} | {_plain(row.ours)} {row.unit} | {floor} | {ratio} | {bar} | {met} |"


def _plain(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
