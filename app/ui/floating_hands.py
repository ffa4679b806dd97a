"""What can be done from the floating timer?

The faces only press; what a press does is decided by the window that holds them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.core.timer import IssueRef


@dataclass(frozen=True, slots=True)
class Hands:
    toggle: Callable[[], None]  # pause, or resume
    stop: Callable[[], None]
    search: Callable[[], None]
    start: Callable[[IssueRef], None]
    sync: Callable[[], None]
    menu: Callable[[], None]
