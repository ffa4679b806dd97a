"""What do projects and issues look like on the wire?"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from server.domain.messages.common import Line, RowId

ProjectKey = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]{0,19}$(?!\n)")]
IssueKey = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]{0,19}-[1-9][0-9]{0,14}$(?!\n)")]
ProjectName = Annotated[Line, Meta(max_length=200)]
Summary = Annotated[Line, Meta(max_length=1000)]
IssueStatus = Annotated[Line, Meta(max_length=40)]


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


class NewProject(Struct, forbid_unknown_fields=True):
    key: ProjectKey
    name: ProjectName


class ChangeProject(Struct, forbid_unknown_fields=True):
    """What is left out stays. On an archived project no timer starts; its time stays."""

    key: ProjectKey | UnsetType = UNSET
    name: ProjectName | UnsetType = UNSET
    is_archived: bool | UnsetType = UNSET


class NewIssue(Struct, forbid_unknown_fields=True):
    """`key` begins with the key of the project."""

    project_id: RowId
    key: IssueKey
    summary: Summary
    status: IssueStatus = "open"


class ChangeIssue(Struct, forbid_unknown_fields=True):
    """What is left out stays. `is_deleted` false brings a deleted issue back."""

    key: IssueKey | UnsetType = UNSET
    summary: Summary | UnsetType = UNSET
    status: IssueStatus | UnsetType = UNSET
    is_deleted: bool | UnsetType = UNSET
