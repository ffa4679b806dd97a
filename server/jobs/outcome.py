"""Why did something not arrive?"""

from __future__ import annotations


class NotDelivered(Exception):
    """The text is for the person who set the delivery up. `for_good`: trying again would not help."""

    def __init__(self, words: str, *, for_good: bool = False) -> None:
        super().__init__(words)
        self.for_good = for_good
