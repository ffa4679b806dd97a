"""Was every operation of every device done as often as it may be (sync.md 4.5)?

What a device began is `invoke`; then it is `ok` when `record` returned, `fail` when it was refused, and `info` when the process
died in the middle, so that nobody knows. The server may take each once, however often it hears of it; and what goes in must come
out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class End(StrEnum):
    OK = "ok"
    FAIL = "fail"
    INFO = "info"


@dataclass
class History:
    """`ends`: None for what has only begun. `taken`: what the server has done, as far as its file goes."""

    lines: list[tuple[str, str, str]] = field(default_factory=list)
    ends: dict[str, End | None] = field(default_factory=dict)
    taken: dict[str, None] = field(default_factory=dict)

    def invoke(self, device: str, actions: Iterable[str]) -> None:
        for action in actions:
            assert action not in self.ends, f"{action} was begun twice"
            self.ends[action] = None
            self.lines.append(("invoke", device, action))

    def end(self, device: str, actions: Iterable[str], how: End) -> None:
        """What was unknown may turn out to be done, and nothing else may change."""
        for action in actions:
            before = self.ends.setdefault(action, None)
            assert before in {None, End.INFO}, f"{action} ended twice"
            self.ends[action] = how
            self.lines.append((how, device, action))

    def take(self, action: str) -> None:
        """The server says that it did it now, and not before."""
        assert action not in self.taken, f"{action} was done twice"
        assert self.ends.get(action) not in {None, End.FAIL}, (
            f"{action} was done, and had never been recorded"
        )
        self.taken[action] = None
        self.lines.append(("take", "server", action))

    def rewind(self, taken: dict[str, None]) -> None:
        """The server's file is an older one."""
        self.taken = dict(taken)
        self.lines.append(("rewind", "server", str(len(taken))))

    def check(self, excused: Iterable[str]) -> None:
        """Once everything has arrived."""
        recorded = {action for action, how in self.ends.items() if how is End.OK}
        missing = recorded - self.taken.keys() - set(excused)
        assert not missing, f"went in and never came out: {sorted(missing)}"
        unknown = {action for action, how in self.ends.items() if how is End.INFO}
        assert not unknown & self.taken.keys(), "what no file holds was done"
