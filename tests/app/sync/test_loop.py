"""Does the sync thread do what it is asked, in order, whatever goes wrong?

The thread is real; the network and the desk are the test's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from queue import SimpleQueue
from typing import Final

import pytest

from app.core.notices import SignInResult
from app.core.screen import Account, Hindrance, Link
from app.sync.events import (
    Answered,
    Done,
    Event,
    Failure,
    FetchIssues,
    FetchProjects,
    FindToken,
    ForDesk,
    ForNetwork,
    IssuesFetched,
    IssuesWanted,
    KeepIssues,
    KeepProjects,
    Kicked,
    Probe,
    ProjectsFetched,
    Report,
    Rest,
    Send,
    Settle,
    Take,
    Taken,
    TokenFound,
    Unanswered,
)
from app.sync.loop import ForFiles, Happened, Loop, Open, Parcel, SignOut
from app.sync.sign_in import SignInAsked, SignInEnded
from tests.app.sync.pieces import ACCOUNT, answer, outgoing

WITHIN_S: Final = 20.0  # only a test that fails waits so long
OTHER: Final = replace(ACCOUNT, user_id=4, email="ben@demo.test")


class Server:
    """Answers everything, as long as it is told nothing else."""

    def __init__(self) -> None:
        self.sent: SimpleQueue[ForNetwork] = SimpleQueue()
        self.trouble: list[Exception | Event] = []
        self.signed_out: list[Account] = []
        self.has_token = True

    def do(self, effect: ForNetwork) -> Event:
        self.sent.put(effect)
        if self.trouble and isinstance(effect, Send):
            trouble = self.trouble.pop(0)
            if isinstance(trouble, Exception):
                raise trouble
            return trouble
        match effect:
            case FindToken():
                return TokenFound(self.has_token)
            case Send():
                return Answered(answer())
            case Probe():
                return Unanswered(Failure(Hindrance.UNREACHABLE))
            case FetchProjects():
                return ProjectsFetched((), None)
            case FetchIssues():
                return IssuesFetched((), None)

    def sign_in(self, asked: SignInAsked) -> SignInEnded:
        if asked.email == "bug":
            raise RuntimeError("a bug")
        return SignInEnded(asked.number, SignInResult(ACCOUNT))

    def sign_out(self, account: Account) -> None:
        self.signed_out.append(account)
        self.has_token = False


class Office:
    """The loop with a desk that answers at once."""

    def __init__(self) -> None:
        self.server = Server()
        self.handed: SimpleQueue[Parcel] = SimpleQueue()
        self.loop = Loop(lambda: self.server, self.receive, monotonic=lambda: 0.0, random=lambda: 0.5)
        self.loop.start()

    def receive(self, parcel: Parcel) -> None:
        self.handed.put(parcel)
        if isinstance(parcel, ForFiles) and (event := _desk(parcel.effect)) is not None:
            self.loop.post(Happened(event, parcel.number))

    def parcel(self) -> Parcel:
        return self.handed.get(timeout=WITHIN_S)

    def until(self, effect: ForDesk) -> list[ForDesk]:
        """What the desk was asked up to and with this."""
        seen: list[ForDesk] = []
        while not seen or seen[-1] != effect:
            parcel = self.parcel()
            assert isinstance(parcel, ForFiles)
            seen.append(parcel.effect)
        return seen


def _desk(effect: ForDesk) -> Event | None:
    match effect:
        case Take():
            return Taken(outgoing())
        case KeepProjects():
            return IssuesWanted(0)
        case Settle() | KeepIssues():
            return Done(0)
        case _:
            return None


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office()
    yield opened
    opened.loop.stop(WITHIN_S)


def test_an_account_that_is_opened_is_brought_up_to_date(office: Office) -> None:
    office.loop.post(Open(ACCOUNT, 1))
    seen = office.until(Rest())
    assert [type(each) for each in seen] == [Take, Settle, Report, KeepProjects, KeepIssues, Rest]


def test_a_gesture_wakes_it(office: Office) -> None:
    office.loop.post(Open(ACCOUNT, 1))
    office.until(Rest())
    office.loop.post(Happened(Kicked(), 1))
    assert isinstance(office.until(Rest())[0], Take)


def test_what_comes_for_an_account_that_was_closed_is_dropped(office: Office) -> None:
    office.loop.post(Open(ACCOUNT, 1))
    office.until(Rest())
    office.loop.post(Open(OTHER, 2))
    office.until(Rest())
    office.loop.post(Happened(Kicked(), 1))
    office.loop.post(SignInAsked(7, "u", "anna", "p"))
    assert office.parcel() == SignInEnded(7, SignInResult(ACCOUNT))
    office.loop.post(Happened(Kicked(), 2))
    assert office.parcel() == ForFiles(Take(200), 2)
    office.until(Rest())


@pytest.mark.logs("ERROR")
def test_a_bug_in_a_call_is_a_failure_and_not_the_end(office: Office) -> None:
    office.server.trouble = [RuntimeError("a bug")]
    office.loop.post(Open(ACCOUNT, 1))
    seen = office.until(Report(Link.OFFLINE, Hindrance.SERVER, contact=False))
    assert len(seen) == 2
    office.loop.post(Open(ACCOUNT, 2))
    office.until(Rest())


def test_signing_in_is_answered(office: Office) -> None:
    office.loop.post(SignInAsked(7, "u", "anna", "p"))
    assert office.parcel() == SignInEnded(7, SignInResult(ACCOUNT))


@pytest.mark.logs("ERROR")
def test_a_bug_in_signing_in_is_answered_too(office: Office) -> None:
    office.loop.post(SignInAsked(7, "u", "bug", "p"))
    ended = office.parcel()
    assert isinstance(ended, SignInEnded)
    assert (ended.number, ended.result.code) == (7, "server")


def test_signing_out_leaves_the_account_open_without_a_token(office: Office) -> None:
    office.loop.post(Open(ACCOUNT, 1))
    office.until(Rest())
    office.loop.post(SignOut(ACCOUNT, 2))
    assert office.parcel() == ForFiles(Report(Link.SIGNED_OUT, None, contact=False), 2)
    assert office.server.signed_out == [ACCOUNT]
