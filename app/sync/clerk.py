"""How is an effect for the files carried out at the desk?"""

from __future__ import annotations

from typing import assert_never

from app.core.notices import Notice, NoticeKind
from app.errors import FileTrouble
from app.sync.desk import Desk
from app.sync.events import (
    Compare,
    Done,
    Event,
    ForDesk,
    GoBack,
    IssuesWanted,
    KeepIssues,
    KeepProjects,
    NotDone,
    Outgoing,
    Rename,
    Report,
    Rest,
    Settle,
    Take,
    Taken,
    Tell,
)


def do(desk: Desk, effect: ForDesk) -> Event | None:
    """The event that answers it; None for what asks for nothing. What the disk refused is told, and tried again later."""
    try:
        return _do(desk, effect)
    except FileTrouble as trouble:
        desk.tell(Notice(NoticeKind.TROUBLE, {"error": trouble}))
        return NotDone()


def _do(desk: Desk, effect: ForDesk) -> Event | None:
    match effect:
        case Take(limit):
            return Taken(_outgoing(desk, limit))
        case Compare(mark):
            desk.compare(mark)
        case Settle(answer):
            desk.settle(answer)
        case GoBack(head):
            desk.go_back(head)
        case Rename():
            desk.become_new_device()
        case KeepProjects(projects, epoch):
            return IssuesWanted(desk.keep_projects(projects, epoch))
        case KeepIssues(issues):
            desk.cache.upsert(issues=issues)
        case Tell(notice):
            desk.tell(notice)
            return None
        case Report() | Rest():
            return None
        case _:
            assert_never(effect)
    return Done(desk.outbox.pending_count())


def _outgoing(desk: Desk, limit: int) -> Outgoing:
    """The next actions, at most `limit`, with all that the server wants to know of this device."""
    place = desk.log_place
    return Outgoing(
        batch=desk.outbox.batch(limit),
        beat=desk.life_sign(),
        sig=desk.outbox.acked_sig(),
        epoch=place.epoch,
        cursor=place.cursor,
    )
