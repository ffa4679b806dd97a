"""What does a project or an issue look like as the server sent it?"""

from __future__ import annotations

from dataclasses import dataclass

from tests.fakes.clock import START


@dataclass(frozen=True, slots=True)
class Project:
    id: int
    key: str = "BP"
    name: str = "Big project"
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    id: int
    key: str = "BP-123"
    summary: str = "Fix the login redirect"
    project_id: int = 1
    is_deleted: bool = False
    updated_at: int = START
