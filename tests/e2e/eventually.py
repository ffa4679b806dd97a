"""How does a test wait for something that another process does?"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import Final, TypeVar

T = TypeVar("T")

LOOK_EVERY_S: Final = 0.05


def eventually(condition: Callable[[], T | None], what: str, within: float = 20.0) -> T:
    """What `condition` answers once that is true; fails with `what` and the last answer after `within` seconds.

    An error of the network or of a program that is not there yet counts as "not yet".
    """
    deadline = monotonic() + within
    pause = Event()
    while True:
        try:
            answer: T | OSError | None = condition()
        except OSError as error:
            answer = error
        if answer and not isinstance(answer, OSError):
            return answer
        if monotonic() > deadline:
            raise AssertionError(f"{what}: not within {within:g} s; last answer: {answer!r}")
        pause.wait(LOOK_EVERY_S)
