"""What does an action say, and can it be understood?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from server.domain import chain
from server.domain.holds import Rejection
from server.domain.messages import (
    DESCRIPTION_LIMIT,
    ActionKind,
    AddBody,
    EditBody,
    Instant,
    LogSet,
    PauseBody,
    ResolveBody,
    ResumeBody,
    StartBody,
    StopBody,
    VoidBody,
)

BODY_VERSION: Final = 1
BODIES: Final = {
    ActionKind.START: StartBody,
    ActionKind.RESUME: ResumeBody,
    ActionKind.PAUSE: PauseBody,
    ActionKind.STOP: StopBody,
    ActionKind.ADD: AddBody,
    ActionKind.EDIT: EditBody,
    ActionKind.VOID: VoidBody,
    ActionKind.RESOLVE: ResolveBody,
}

Body = StartBody | ResumeBody | PauseBody | StopBody | AddBody | EditBody | VoidBody | ResolveBody


@dataclass(frozen=True, slots=True)
class Nonsense:
    """A body that cannot be read; the words are for the person who finds it in the list of refused actions."""

    code: Rejection
    detail: str


@dataclass(frozen=True, slots=True)
class Said:
    """An action as it came, and what it means."""

    action_id: str
    v: int
    kind: str
    raw: dict[str, Any]
    digest: bytes
    body: Body | Nonsense

    @property
    def payload(self) -> str:
        return json.dumps(self.raw, ensure_ascii=False, separators=(",", ":"))


def envelope(action_id: str, v: int, kind: str, raw: dict[str, Any]) -> str:
    """All that came, for a dead letter."""
    return json.dumps({"action_id": action_id, "v": v, "kind": kind, "body": raw}, ensure_ascii=False)


def understand(action_id: str, v: int, kind: str, raw: dict[str, Any]) -> Said:
    """ValueError when the body holds what no chain can be made of: floats, lone surrogates."""
    digest = chain.body_hash(v, kind, raw)
    return Said(action_id, v, kind, raw, digest, _read(v, kind, raw))


def say(action_id: str, kind: ActionKind, body: Body) -> Said:
    """An action that the server itself makes for a request."""
    raw = msgspec.to_builtins(body)
    return Said(action_id, BODY_VERSION, kind, raw, chain.body_hash(BODY_VERSION, kind, raw), body)


def server_instant(at: int) -> Instant:
    """The server's own clock has no session: its wall clock is the truth."""
    return Instant(wall=at, session="", mono_s=0, awake_s=0, tz="UTC")


def claims_in(body: Body) -> list[str]:
    """The ids of the claims that it names."""
    match body:
        case AddBody():
            return [body.claim_id, *(each.claim_id for each in body.more)]
        case EditBody():
            return [each.claim_id for each in body.stretches]
        case VoidBody() | ResolveBody():
            return []
        case _:
            return [] if body.claim_id is None else [body.claim_id]


def issues_in(body: Body) -> list[int]:
    """The ids of the issues that it names."""
    match body:
        case StartBody() | AddBody():
            return [body.issue_id]
        case EditBody(set=LogSet(issue_id=int() as issue_id)):
            return [issue_id]
        case ResolveBody(issue_id=int() as issue_id):
            return [issue_id]
        case _:
            return []


def _read(v: int, kind: str, raw: dict[str, Any]) -> Body | Nonsense:
    if v != BODY_VERSION or kind not in BODIES:
        return Nonsense(Rejection.UNKNOWN_KIND, f"This server does not know the action {kind} (version {v}).")
    try:
        body: Body = msgspec.convert(_shortened(raw), BODIES[ActionKind(kind)])
    except msgspec.ValidationError as failure:
        return Nonsense(Rejection.SCHEMA, f"The action {kind} cannot be read: {failure}.")
    return body


def _shortened(raw: dict[str, Any]) -> dict[str, Any]:
    """No stop is refused because its user wrote too much; the payload keeps all of it."""
    text = raw.get("description")
    if isinstance(text, str) and len(text) > DESCRIPTION_LIMIT:
        return {**raw, "description": text[: DESCRIPTION_LIMIT - 1] + "…"}
    return raw
