"""Does a person see their logs with what waits for the server, and after the sync the same?

The oracle colours one second after the other; it shares no code with the logbook.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.clock import ServerAnchor
from app.core.actions import Draft
from app.core.editing import Changes, add_log, edit_log, split_log, void_log
from app.core.gestures import pause, resume, start, stop
from app.core.logbook import LogStatus, OwnLog, Stretch, logbook
from app.core.timer import IssueRef, Timer
from app.errors import Refused
from tests.fakes.clock import START, FakeClock
from tests.fakes.desk import LOGIN, MENU

NewId = Callable[[], str]
ISSUES = {each.id: each for each in (LOGIN, MENU)}
OLD = OwnLog(
    "old", 5, 2, LOGIN, LogStatus.STOPPED, START - 600, START - 300, 300,
    stretches=(Stretch("o", START - 600, START - 300),), description="Fixed",
)  # fmt: skip


class Person:
    """Somebody at a device that reaches no server."""

    def __init__(self, known: Sequence[OwnLog] = ()) -> None:
        self.clock = FakeClock()
        self.known = tuple(known)
        self.pending: list[Draft] = []
        self.timer: Timer | None = None
        numbers = count(1)
        self.new_id: NewId = lambda: f"00000000-0000-7000-8000-{next(numbers):012d}"

    def does(self, gesture: Callable[..., object], *words: object) -> None:
        done = gesture(*words)
        self.pending += done.drafts  # type: ignore[attr-defined]
        self.timer = done.timer  # type: ignore[attr-defined]

    def start(self, issue: IssueRef = LOGIN) -> None:
        self.does(start, self.timer, issue, self.clock.reading(), self.new_id, None)

    def pause(self) -> None:
        self.does(pause, self.timer, self.clock.reading(), self.new_id)

    def resume(self) -> None:
        self.does(resume, self.timer, self.clock.reading(), self.new_id)

    def stop(self) -> None:
        self.does(stop, self.timer, self.clock.reading(), self.new_id, "Done")

    def add(self, begin: int, end: int) -> None:
        self.does(add_log, self.timer, MENU, (begin, end), self.clock.reading(), self.new_id)

    def edit(self, log: OwnLog, changes: Changes) -> None:
        self.does(edit_log, self.timer, log, changes, self.clock.reading(), self.new_id)

    def void(self, log: OwnLog) -> None:
        self.does(void_log, self.timer, log, self.clock.reading(), self.new_id)

    def split(self, log: OwnLog, at: int) -> None:
        self.does(split_log, self.timer, log, at, self.logs(), self.clock.reading(), self.new_id)

    def logs(self) -> tuple[OwnLog, ...]:
        return logbook(self.known, self.pending, ISSUES.get)


def test_a_timer_is_a_log_from_its_start_on() -> None:
    person = Person()
    person.start()
    (log,) = person.logs()
    assert (log.status, log.end, log.seconds, log.is_confirmed) == (LogStatus.RUNNING, None, 0, False)
    person.clock.advance(minutes=5)
    person.pause()
    person.clock.advance(minutes=5)
    person.resume()
    person.clock.advance(minutes=1)
    person.stop()
    (log,) = person.logs()
    assert (log.status, log.end, log.seconds, log.description) == (
        LogStatus.STOPPED,
        START + 660,
        360,
        "Done",
    )


def test_the_stop_of_a_timer_that_the_server_knows() -> None:
    running = replace(
        OLD, status=LogStatus.RUNNING, end=None, seconds=0, stretches=(Stretch("o", START - 600, None),)
    )
    person = Person([running])
    timer = Timer("old", LOGIN, START - 600, 0, "o", START - 600, None, None)
    person.does(stop, timer, person.clock.reading(), person.new_id)
    (log,) = person.logs()
    assert (log.seconds, log.end, log.is_confirmed) == (600, START, False)


def test_what_is_entered_over_tracked_time_takes_it() -> None:
    person = Person([OLD])
    person.add(START - 500, START - 400)
    old, new = person.logs()
    assert (old.seconds, new.seconds, new.issue) == (200, 100, MENU)
    assert (old.is_confirmed, new.is_confirmed) == (True, False)
    person.void(new)
    assert [log.seconds for log in person.logs() if not log.is_deleted] == [300]


def test_a_correction_and_its_revision() -> None:
    person = Person([OLD])
    person.edit(OLD, Changes(issue=MENU, description="", start=START - 700))
    (log,) = person.logs()
    assert (log.issue, log.description, log.start, log.seconds, log.revision) == (
        MENU,
        None,
        START - 700,
        400,
        3,
    )


def test_both_parts_of_a_split_are_the_whole() -> None:
    person = Person([OLD])
    person.split(OLD, START - 500)
    first, second = person.logs()
    assert [(each.start, each.end, each.seconds) for each in (first, second)] == [
        (START - 600, START - 500, 100),
        (START - 500, START - 300, 200),
    ]


def test_what_is_not_known_changes_nothing() -> None:
    person = Person([OLD])
    person.edit(replace(OLD, timer_id="far"), Changes(issue=MENU))
    assert person.logs() == (OLD,)


def test_a_log_is_shown_by_the_name_that_its_issue_has_now() -> None:
    """Renaming an issue changes none of its logs, so the server does not tell them again."""
    renamed = replace(LOGIN, key="BP-9", summary="Mend the login redirect")
    assert [log.issue for log in logbook([OLD], [], {LOGIN.id: renamed}.get)] == [renamed]
    assert [log.issue for log in logbook([OLD], [], lambda _: None)] == [LOGIN], (
        "no longer in the list of issues"
    )


def test_the_servers_clock_is_the_one_that_is_shown() -> None:
    person = Person()
    person.start()
    reading = person.clock.reading()
    anchor = ServerAnchor(reading.session, START + 100 - reading.mono_s)
    (log,) = logbook((), person.pending, ISSUES.get, anchor)
    assert log.start == START + 100


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["start", "pause", "resume", "stop", "add", "edit", "void", "split"]),
        st.integers(0, 300),
    ),
    min_size=1,
    max_size=14,
)


@given(STEPS)
@settings(max_examples=300)
def test_every_second_is_counted_once_for_whoever_claimed_it_last(steps: list[tuple[str, int]]) -> None:
    person = Person()
    for what, number in steps:
        person.clock.advance(seconds=37 + number)
        _try(person, what, number)
    logs = person.logs()
    expected = _coloured(person.pending)
    for log in logs:
        if not log.is_deleted:
            assert log.seconds == expected.get(log.timer_id, 0)
    again = logbook(logs, [], ISSUES.get)
    assert [log.seconds for log in again] == [log.seconds for log in logs]


def _try(person: Person, what: str, number: int) -> None:
    ended = [log for log in person.logs() if log.status is LogStatus.STOPPED and not log.is_deleted]
    now = person.clock.now()
    try:
        match what:
            case "start":
                person.start((LOGIN, MENU)[number % 2])
            case "pause" | "resume" | "stop":
                getattr(person, what)()
            case "add":
                person.add(now - 2 * number - 1, now - number)
            case _ if not ended:
                return
            case "edit":
                log = ended[number % len(ended)]
                person.edit(log, Changes(start=log.start - number))
            case "void":
                person.void(ended[number % len(ended)])
            case "split":
                log = ended[number % len(ended)]
                person.split(log, log.start + number)
    except Refused:
        return


def _coloured(pending: Sequence[Draft]) -> dict[str, int]:
    """Seconds by timer: who said last that a second is theirs has it."""
    oracle = Oracle()
    for draft in pending:
        oracle.hear(draft.kind.value, draft.body, draft.body["t"]["wall"])
    return oracle.seconds()


@dataclass
class Claimed:
    timer: str
    start: int
    end: int | None
    said: int


@dataclass
class Oracle:
    claims: dict[str, Claimed] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    last: int = 0

    def hear(self, kind: str, body: dict[str, Any], at: int) -> None:
        self.last = max(self.last, at)
        timer = body["timer_id"]
        if kind in {"timer.start", "timer.resume"}:
            self.claims[body["claim_id"]] = Claimed(timer, at, None, at)
        elif kind in {"timer.pause", "timer.stop"} and body["claim_id"]:
            self.claims[body["claim_id"]].end = at
        elif kind == "log.add":
            self._claim(timer, [body, *body.get("more", ())], at)
        elif kind == "log.edit":
            self._claim(timer, body["stretches"], at)
        elif kind == "log.void":
            self.gone.add(timer)

    def _claim(self, timer: str, stretches: Sequence[dict[str, Any]], at: int) -> None:
        for each in stretches:
            if each.get("is_void"):
                del self.claims[each["claim_id"]]
            else:
                self.claims[each["claim_id"]] = Claimed(timer, each["start"], each["end"], at)

    def seconds(self) -> dict[str, int]:
        owners: dict[int, tuple[int, str]] = {}
        for name, claim in self.claims.items():
            for second in range(claim.start, self.last if claim.end is None else claim.end):
                if claim.timer not in self.gone:
                    owners[second] = max(owners.get(second, (0, "")), (claim.said, name))
        owned = [self.claims[name] for _, name in owners.values()]
        return dict(Counter(claim.timer for claim in owned if claim.end is not None))
