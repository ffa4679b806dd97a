"""What should the server have, after all that it took, in the order in which it took it?

The oracle: people's time, what it costs, budgets and alerts, kept by somebody with a pencil. No code of the server or the app
is in it. Money is whole ten-thousandths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Final

from tests.simulation.rules import (
    BY_HAND,
    ENDING,
    FUTURE_S,
    LATE_S,
    OPENING,
    Fact,
    Span,
    Story,
    Stretch,
    entered,
    owners,
    runs_last,
    subtract,
    union,
)

HOUR: Final = 3600
SAME_S: Final = 60  # by so much may two readings of one clock differ
ALERTS: Final = (("warning", 80), ("critical", 95), ("exceeded", 100))


@dataclass(frozen=True, slots=True)
class Place:
    """An issue. `is_open`: whether people may work on its project at all."""

    project: int
    is_open: bool = True
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Log:
    """What a timer's time is written on. `rate`: an hour's, in ten-thousandths."""

    project: int
    start: int
    day: date
    rate: int


@dataclass(slots=True)
class Rules:
    """What the company has agreed on, as it is now. `periods`: project or None, start, end. `rates`: by person, day and price."""

    places: dict[int, Place]
    rates: dict[int, list[tuple[date, int]]]
    periods: dict[int, tuple[int | None, int, int]] = field(default_factory=dict)
    locks: dict[int, int] = field(default_factory=dict)

    def copied(self) -> Rules:
        rates = {user: list(each) for user, each in self.rates.items()}
        return Rules(dict(self.places), rates, dict(self.periods), dict(self.locks))

    def rate(self, user: int, day: date) -> int:
        return max((since, price) for since, price in self.rates[user] if since <= day)[1]

    def closed(self, projects: Iterable[int | None], start: int, end: int) -> bool:
        return any(
            since < end and until > start and (project is None or project in projects)
            for project, since, until in self.periods.values()
        )

    def refuses(self, issue: int, at: int) -> str | None:
        """Why time that begins then cannot count on this issue."""
        place = self.places.get(issue)
        if place is None:
            return "ISSUE_UNKNOWN"
        if not place.is_open:
            return "NO_PERMISSION"
        if place.is_deleted:
            return "ISSUE_DELETED"
        return "BUDGET_LOCKED" if self.locks.get(place.project, at + 1) <= at else None


def of_time(at: int, now: int) -> str | None:
    if at > now + FUTURE_S:
        return "FUTURE"
    return "LATE" if at < now - LATE_S else None


def day_of(at: int) -> date:
    return datetime.fromtimestamp(at, UTC).date()


def price(seconds: int, rate: int) -> int:
    """Rounded once, half up."""
    return (2 * seconds * rate + HOUR) // (2 * HOUR)


@dataclass(slots=True)
class Counted:
    """`seconds` by timer, for good; `live`: the timer that runs; `held`: seconds that are kept."""

    seconds: dict[str, int]
    live: Stretch | None
    held: int
    claimed: int


class Person:
    """One person's page of the book."""

    def __init__(self, user: int) -> None:
        self.user = user
        self.stories: dict[str, Story] = {}
        self.logs: dict[str, Log] = {}
        self.known: dict[str, Fact] = {}
        self.undecided: list[Fact] = []
        self._counted: Counted | None = None

    def copied(self) -> Person:
        other = copy(self)
        other.stories = {
            timer: Story(timer, list(each.facts), dict(each.decided)) for timer, each in self.stories.items()
        }
        other.undecided = list(self.undecided)
        other.logs, other.known = dict(self.logs), dict(self.known)
        return other

    def story(self, timer: str) -> Story:
        if timer not in self.stories:
            self.stories[timer] = Story(timer)
        return self.stories[timer]

    def stretches(self) -> list[Stretch]:
        return [each for story in self.stories.values() for each in story.stretches()]

    def take(self, fact: Fact, rules: Rules, now: int) -> tuple[str, str | None] | None:
        """An action arrived; what the server should say of it, None where that is not foreseen."""
        if fact.action_id in self.known:
            return None
        if fact.kind == "attention.resolve":
            return self._decide(fact, rules, now)
        story = self.story(fact.timer)
        if self._is_backwards(story, fact):
            self.known[fact.action_id] = fact
            return "rejected", "END_BEFORE_START"
        fact = replace(fact, hold=self._hold(story, fact, rules, now))
        self.known[fact.action_id] = fact
        story.facts.append(fact)
        self._counted = None
        if fact.kind == "timer.start":
            self._adopt(story, rules, now)
        self._give_log(story, fact, rules)
        for each in [each for each in self.undecided if each.body["ref"] == fact.action_id]:
            self.undecided.remove(each)
            self._take_effect(story, each, rules, now)
        if fact.kind in ENDING or fact.kind == "log.edit":
            return None
        return ("applied", None) if fact.hold in {None, "ORPHAN"} else ("held", fact.hold)

    def _decide(self, fact: Fact, rules: Rules, now: int) -> tuple[str, str | None]:
        self.known[fact.action_id] = fact
        about = self.known.get(fact.body["ref"])
        if about is None or about not in self.story(about.timer).facts:
            self.undecided.append(fact)
            return "applied", None
        hold = self._take_effect(self.story(about.timer), fact, rules, now)
        return ("applied", None) if hold is None else ("held", hold)

    def _take_effect(self, story: Story, fact: Fact, rules: Rules, now: int) -> str | None:
        ref, choice = fact.body["ref"], fact.body["choice"]
        named = next(each for each in story.facts if each.action_id == ref)
        claims = _claims(named) or [str(named.body.get("claim_id"))]
        concerned = [each for each in story.stretches() if each.claim in claims]
        begun = named.kind not in ENDING and any(each.hold is None for each in concerned)
        hold = None
        if choice == "count" or (choice == "discard" and begun):
            spans = [(each.start, each.last) for each in concerned]
            hold = _hold_of_period(story, spans, None, rules, now)
        if hold is None:
            story.decide(fact)
        self._counted = None
        return hold

    def finish(self, timers: Iterable[str], rules: Rules) -> None:
        """After all of a request: a log that was corrected may belong elsewhere now, and cost otherwise."""
        for timer in timers:
            story, log = self.story(timer), self.logs.get(timer)
            if log is None or not any(each.kind in BY_HAND for each in story.facts):
                continue
            start = _start(story)
            project = log.project
            if story.moved_to is not None and story.moved_to in rules.places:
                project = rules.places[story.moved_to].project
            day = log.day if start == log.start else day_of(start)
            rate = log.rate
            if (project, day) != (log.project, log.day):
                rate = rules.rate(self.user, day)
            self.logs[timer] = Log(project, start, day, rate)

    def counted(self) -> Counted:
        if self._counted is None:
            self._counted = self._count()
        return self._counted

    def _count(self) -> Counted:
        stretches = self.stretches()
        timers = {each.claim: each.timer for each in stretches}
        seconds = dict.fromkeys(self.stories, 0)
        found = owners(stretches)
        for claim, (start, end) in found:
            seconds[timers[claim]] += end - start
        taken = union(span for _, span in found)
        kept = union(each.held for each in stretches if each.held is not None)
        held = [left for span in kept for left in subtract(span, taken)]
        return Counted(seconds, runs_last(stretches), _measure(held), _measure(union([*kept, *taken])))

    def running_seconds(self, now: int) -> int:
        """Of the log of the timer that runs, if it stopped now."""
        stretches = self.stretches()
        live = self.counted().live
        own = {each.claim for each in stretches if live is not None and each.timer == live.timer}
        return sum(end - start for claim, (start, end) in owners(stretches, now) if claim in own)

    def _is_backwards(self, story: Story, fact: Fact) -> bool:
        if fact.kind not in ENDING:
            return False
        opened = next(
            (f for f in story.facts if f.kind in OPENING and f.body["claim_id"] == fact.body["claim_id"]),
            None,
        )
        return opened is not None and fact.at < opened.at

    def _hold(self, story: Story, fact: Fact, rules: Rules, now: int) -> str | None:
        match fact.kind:
            case "timer.start":
                return _admit(fact.body["issue_id"], fact.at, rules, now)
            case "timer.resume":
                return "ORPHAN" if story.named is None else _admit(story.named, fact.at, rules, now)
            case "timer.pause" | "timer.stop":
                return self._hold_of_end(story, fact, rules, now)
            case "log.add":
                return _hold_of_entry(fact, rules, now)
            case "log.edit":
                return _hold_of_edit(story, fact, rules, now)
            case _:
                return _hold_of_period(story, [], None, rules, now)

    def _hold_of_end(self, story: Story, fact: Fact, rules: Rules, now: int) -> str | None:
        hold = of_time(fact.at, now)
        opened = next((f for f in story.facts if fact.body["claim_id"] in _claims(f)), None)
        if hold is not None or opened is None or opened.hold is not None:
            return hold
        before = next(each for each in story.stretches() if each.claim == fact.body["claim_id"])
        project = _project(rules, story.issue)
        return "PERIOD_CLOSED" if rules.closed([project], before.start, fact.at) else None

    def _adopt(self, story: Story, rules: Rules, now: int) -> None:
        """Resumes that came before their start; and ends that lie before it are none."""
        for index, each in enumerate(story.facts):
            if each.hold == "ORPHAN" and story.named is not None:
                story.facts[index] = replace(each, hold=_admit(story.named, each.at, rules, now))

    def _give_log(self, story: Story, fact: Fact, rules: Rules) -> None:
        first = story.first
        if story.timer in self.logs or first is None or fact.kind in ENDING:
            return
        issue = story.named if fact.kind != "log.edit" else None
        place = None if issue is None else rules.places.get(issue)
        start = first.at if first.kind == "timer.start" else first.body["start"]
        if fact.kind == "timer.resume":
            start = fact.at
        if (place is None or not place.is_open) and story.moved_to is not None:
            place = rules.places.get(story.moved_to)
            start = first.at if first.kind == "timer.start" else first.body["start"]
        if place is None or not place.is_open:
            return
        day = day_of(start)
        self.logs[story.timer] = Log(place.project, start, day, rules.rate(self.user, day))


def _admit(issue: int, at: int, rules: Rules, now: int) -> str | None:
    hold = rules.refuses(issue, at)
    if hold is None and rules.closed([_project(rules, issue)], at, at + 1):
        return "PERIOD_CLOSED"
    return hold or of_time(at, now)


def _hold_of_entry(fact: Fact, rules: Rules, now: int) -> str | None:
    issue, spans = fact.body["issue_id"], [(each["start"], each["end"]) for each in entered(fact)]
    hold = rules.refuses(issue, spans[0][0])
    if hold is None and max(end for _, end in spans) > now + FUTURE_S:
        return "FUTURE"
    project = _project(rules, issue)
    if hold is None and any(rules.closed([project], *span) for span in spans):
        return "PERIOD_CLOSED"
    return hold


def _hold_of_edit(story: Story, fact: Fact, rules: Rules, now: int) -> str | None:
    moved = fact.body["set"].get("issue_id")
    if moved is not None:
        hold = rules.refuses(moved, min((each.start for each in story.stretches()), default=now))
        if hold is not None:
            return hold
    spans = [(each["start"], each.get("end")) for each in fact.body.get("stretches", [])]
    if max((max(start, end or 0) for start, end in spans), default=0) > now + FUTURE_S:
        return "FUTURE"
    return _hold_of_period(story, spans, moved, rules, now)


def _hold_of_period(
    story: Story, spans: list[tuple[int, int | None]], moved: int | None, rules: Rules, now: int
) -> str | None:
    concerned = [*((each.start, each.end) for each in story.stretches()), *spans]
    projects = [_project(rules, issue) for issue in (story.issue, moved) if issue is not None]
    closed = any(rules.closed(projects, start, now if end is None else end) for start, end in concerned)
    return "PERIOD_CLOSED" if closed else None


def _project(rules: Rules, issue: int | None) -> int | None:
    place = None if issue is None else rules.places.get(issue)
    return None if place is None else place.project


def _claims(fact: Fact) -> list[str]:
    if fact.kind in OPENING:
        return [fact.body["claim_id"]]
    return [each["claim_id"] for each in entered(fact)] if fact.kind == "log.add" else []


def _start(story: Story) -> int:
    """Of its first stretch; of those that are left, when that one was none."""
    stretches = story.stretches()
    left = [each for each in stretches if not each.is_void] or stretches
    first = None if story.first is None else _claims(story.first)[0]
    of_first = next((each.start for each in left if each.claim == first), None)
    return min(each.start for each in left) if of_first is None else of_first


def _measure(spans: Iterable[Span]) -> int:
    return sum(end - start for start, end in spans)


@dataclass(slots=True)
class Budget:
    """`armed`: by kind of alert. `raised`: how often each was."""

    total: int
    armed: dict[str, bool] = field(default_factory=lambda: dict.fromkeys((kind for kind, _ in ALERTS), True))
    raised: dict[str, int] = field(default_factory=lambda: dict.fromkeys((kind for kind, _ in ALERTS), 0))

    def look(self, used: int, *, writes: bool = True) -> bool:
        """True when there is something to tell."""
        news = False
        for kind, percent in ALERTS:
            is_reached = used * 100 >= self.total * percent
            if is_reached == self.armed[kind]:
                news = True
                if writes:
                    self.raised[kind] += is_reached
                    self.armed[kind] = not is_reached
        return news

    def copied(self) -> Budget:
        return Budget(self.total, dict(self.armed), dict(self.raised))


@dataclass(slots=True)
class Book:
    """All of it. `words`: what the server said otherwise than foreseen."""

    rules: Rules
    people: dict[int, Person]
    budgets: dict[int, Budget]

    def copied(self) -> Book:
        people = {user: each.copied() for user, each in self.people.items()}
        budgets = {project: each.copied() for project, each in self.budgets.items()}
        return Book(self.rules.copied(), people, budgets)

    def spent(self, project: int) -> int:
        return sum(
            price(person.counted().seconds[timer], log.rate)
            for person in self.people.values()
            for timer, log in person.logs.items()
            if log.project == project
        )

    def used(self, project: int, now: int) -> int:
        """With what runs, as if it stopped now."""
        return self.spent(project) + sum(
            self._running(person, project, now) for person in self.people.values()
        )

    def is_due(self, now: int) -> bool:
        return any(each.look(self.used(project, now), writes=False) for project, each in self.budgets.items())

    def look(self, now: int) -> bool:
        """True when there was something to tell."""
        news = [each.look(self.used(project, now)) for project, each in self.budgets.items()]
        return any(news)

    def _running(self, person: Person, project: int, now: int) -> int:
        live = person.counted().live
        log = None if live is None else person.logs.get(live.timer)
        if live is None or live.hold is not None or log is None or log.project != project:
            return 0
        logged = person.counted().seconds[live.timer]
        return price(max(logged, person.running_seconds(now)), log.rate) - price(logged, log.rate)


def fact_of(action_id: str, kind: str, body: dict[str, Any], boots: Mapping[str, int], now: int) -> Fact:
    """`boots`: the true second at which each session's clock was 0. Whatever its wall clock says, that is when it happened.

    What lies before the boot is as right as the wall clock, with what the device had learned of its error. So is what
    would not have happened yet: a stop that a wrong clock had put before its start is recorded at the start.
    """
    t = body["t"]
    boot = boots.get(t["session"])
    by_wall = (int(t["wall"]) * 1000 + int(t["off_ms"] or 0)) // 1000
    is_read = boot is not None and boot + int(t["mono_s"]) <= now + SAME_S
    return Fact(action_id, kind, body, boot + int(t["mono_s"]) if boot is not None and is_read else by_wall)
