"""What does a command get, and how does it say that it cannot be done?"""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass
from typing import TextIO

from server.clock import Clock
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Invocation:
    """`asked`: what was typed. What was typed about settings is in `settings` already."""

    asked: Namespace
    settings: Settings
    clock: Clock
    stdin: TextIO
    stdout: TextIO


class Refused(Exception):
    """The text is one line for the person who typed the command."""

    def __init__(self, words: object) -> None:
        super().__init__(next(iter(str(words).splitlines()), ""))
