"""What do projects and issues look like on the wire?"""

from __future__ import annotations

from msgspec import Struct


class Project(Struct):
    id: int
    key: str
    name: str
    is_archived: bool
    updated_at: int


class Issue(Struct):
    id: int
    key: str
    summary: str
    project_id: int
    project_key: str
    status: str
    is_deleted: bool
    updated_at: int


class ProjectPage(Struct):
    items: list[Project]
    next: str | None


class IssuePage(Struct):
    items: list[Issue]
    next: str | None
