"""Does what is said before there is a sync thread reach it, in order?"""

from __future__ import annotations

from app.sync.events import Done, Kicked, Reachable
from app.sync.line import Line
from app.sync.loop import Command, Happened, Open, SignOut
from app.sync.sign_in import SignInAsked
from tests.app.sync.pieces import ACCOUNT


def test_what_was_said_early_comes_first() -> None:
    line, posted = Line(), list[Command]()
    line.opened(ACCOUNT, 1)
    line.recorded(1)
    line.sign_in(5, "u", "anna", "p")
    line.attach(posted.append)
    line.reachable(1)
    line.done(Done(3), 1)
    line.sign_out(ACCOUNT, 2)
    assert posted == [
        Open(ACCOUNT, 1),
        Happened(Kicked(), 1),
        SignInAsked(5, "u", "anna", "p"),
        Happened(Reachable(), 1),
        Happened(Done(3), 1),
        SignOut(ACCOUNT, 2),
    ]
