"""Why can a command not be done?"""

from __future__ import annotations


class Refused(Exception):
    """The text is one line for the person who typed the command."""

    def __init__(self, words: object) -> None:
        super().__init__(next(iter(str(words).splitlines()), ""))
