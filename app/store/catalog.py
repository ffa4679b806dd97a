"""What does the cache need to know of a project and of an issue?

The wire's structs fit as they are: same names, same meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from app.store.records import UpTo


class ProjectLike(Protocol):
    @property
    def id(self) -> int: ...

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def is_archived(self) -> bool: ...


class IssueLike(Protocol):
    """`updated_at`: epoch seconds."""

    @property
    def id(self) -> int: ...

    @property
    def key(self) -> str: ...

    @property
    def summary(self) -> str: ...

    @property
    def project_id(self) -> int: ...

    @property
    def is_deleted(self) -> bool: ...

    @property
    def updated_at(self) -> int: ...


@dataclass(frozen=True, slots=True)
class SavedSnapshot:
    """The server's last state as it came, and the device's last action in it."""

    content: str
    up_to: UpTo
