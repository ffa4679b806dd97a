"""Does the engine send everything, once at a time, and never give up?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.core.notices import Notice, NoticeKind
from app.core.screen import Hindrance, Link
from app.store.identity import Mark
from app.sync.engine import CATALOG_EVERY_S, Engine, Phase
from app.sync.events import (
    Answered,
    Code,
    Compare,
    Done,
    Due,
    Effect,
    Event,
    Failure,
    FetchIssues,
    FetchProjects,
    FindToken,
    GoBack,
    IssuesFetched,
    IssuesWanted,
    KeepIssues,
    KeepProjects,
    Kicked,
    LogChanges,
    NotDone,
    Probe,
    Probed,
    ProjectsFetched,
    Reachable,
    Rename,
    Report,
    Rest,
    Send,
    Settle,
    Take,
    Taken,
    Tell,
    TokenFound,
    TooLarge,
    Unanswered,
    Unauthorised,
)
from tests.app.sync.pieces import ACCOUNT, Dice, answer, outgoing
from tests.fakes.catalog import Issue, Project

ONLINE = Report(Link.ONLINE, None, contact=True)


class Play:
    """The engine with its clock: says what happens, and sees what it does."""

    def __init__(self) -> None:
        self.dice = Dice()
        self.engine = Engine(ACCOUNT, self.dice)
        self.now = 100.0

    def __call__(self, *events: Event) -> list[Effect]:
        """The effects of the last of these events."""
        effects: list[Effect] = []
        for event in events:
            effects = self.engine.handle(event, self.now)
        return effects

    def signed_in(self) -> list[Effect]:
        assert self.engine.begin() == [FindToken(ACCOUNT)]
        return self(TokenFound(found=True))

    def settled(self) -> None:
        """Signed in, all sent, the catalogue read."""
        self.signed_in()
        self(Taken(outgoing()), Answered(answer()), Done(0))
        self(ProjectsFetched((), None), IssuesWanted(None), IssuesFetched((), None), Done(0))
        assert self.engine.phase is Phase.IDLE

    def wait(self) -> list[Effect]:
        """Until the engine's time comes."""
        assert self.engine.due is not None
        self.now = self.engine.due
        return self(Due())


@pytest.fixture
def play() -> Play:
    return Play()


def test_what_waits_is_sent_when_the_token_is_found(play: Play) -> None:
    assert play.signed_in() == [Take(200)]
    sent = outgoing(2)
    assert play(Taken(sent)) == [Send(sent)]
    got = answer(seq=2)
    assert play(Answered(got)) == [Settle(got), ONLINE]


def test_without_a_token_it_asks_to_sign_in_and_stays_quiet(play: Play) -> None:
    play.engine.begin()
    assert play(TokenFound(found=False)) == [Report(Link.SIGNED_OUT, None, contact=False)]
    assert play.engine.due is None
    assert play(Kicked()) == []


def test_more_is_taken_until_nothing_waits(play: Play) -> None:
    play.signed_in()
    assert play(Taken(outgoing(200)), Answered(answer(seq=200)), Done(waiting=7)) == [Take(200)]


def test_the_catalogue_follows_and_then_it_rests_as_long_as_the_server_asks(play: Play) -> None:
    play.signed_in()
    assert play(Taken(outgoing()), Answered(answer(poll_s=60.0)), Done(0)) == [FetchProjects(None)]
    assert play(ProjectsFetched((Project(1),), "1")) == [FetchProjects("1")]
    assert play(ProjectsFetched((Project(2),), None)) == [KeepProjects((Project(1), Project(2)), "epoch-1")]
    assert play(IssuesWanted(77)) == [FetchIssues(77, None)]
    assert play(IssuesFetched((Issue(1),), "c")) == [KeepIssues((Issue(1),))]
    assert play(Done(0)) == [FetchIssues(77, "c")]
    assert play(IssuesFetched((Issue(2),), None), Done(0)) == [Rest()]
    assert (play.engine.phase, play.engine.due) == (Phase.IDLE, play.now + 60)


def test_what_is_recorded_goes_before_the_next_page_of_the_catalogue(play: Play) -> None:
    play.signed_in()
    play(Taken(outgoing()), Answered(answer()), Done(0), ProjectsFetched((), None), IssuesWanted(None))
    play(IssuesFetched((Issue(1),), "c"), Kicked())
    assert play(Done(waiting=1)) == [Take(200)]
    assert play(Taken(outgoing(1)), Answered(answer(seq=1)), Done(0)) == [FetchIssues(None, "c")]


def test_the_catalogue_is_read_again_after_a_while_and_after_a_change_of_epoch(play: Play) -> None:
    play.settled()
    play.wait()
    assert play(Taken(outgoing()), Answered(answer()), Done(0)) == [Rest()]
    play.now += CATALOG_EVERY_S
    play(Due())
    assert play(Taken(outgoing()), Answered(answer()), Done(0)) == [FetchProjects(None)]
    play(ProjectsFetched((), None), IssuesWanted(None), IssuesFetched((), None), Done(0))
    play.wait()
    assert play(Taken(outgoing()), Answered(answer(epoch="epoch-2")), Done(0)) == [FetchProjects(None)]


def test_a_gesture_is_sent_at_once(play: Play) -> None:
    play.settled()
    assert play(Kicked()) == [Take(200)]


def test_a_gesture_while_something_is_under_way_is_sent_next(play: Play) -> None:
    play.settled()
    play(Kicked())
    assert play(Kicked()) == []
    assert play(Taken(outgoing(1)), Answered(answer(seq=1)), Kicked()) == []
    assert play(Done(0)) == [Take(200)]


@pytest.mark.parametrize("hindrance", [Hindrance.UNREACHABLE, Hindrance.PORTAL])
def test_nobody_of_ours_answers_is_asked_again_within_five_seconds(play: Play, hindrance: Hindrance) -> None:
    play.settled()
    play.dice.value = 0.999
    for _ in range(20):
        play(Kicked())
        effects = play(Taken(outgoing(1)), Unanswered(Failure(hindrance)))
        assert effects == [Report(Link.OFFLINE, hindrance, contact=False)]
        assert play.engine.due is not None
        assert 0 < play.engine.due - play.now <= 5
        assert play.wait() == [Probe()]
        assert play(Unanswered(Failure(hindrance))) == effects
        assert play.wait() == [Probe()]


def test_once_it_answers_what_waits_is_sent(play: Play) -> None:
    play.settled()
    play(Kicked(), Taken(outgoing(1)), Unanswered(Failure(Hindrance.UNREACHABLE)))
    play.wait()
    play(Probed())
    assert play.engine.due is not None
    assert play.engine.due - play.now < 1
    assert play.wait() == [Take(200)]


def test_the_longer_it_was_away_the_wider_the_devices_spread(play: Play) -> None:
    play.settled()
    play.dice.value = 0.999
    play(Kicked(), Taken(outgoing(1)), Unanswered(Failure(Hindrance.UNREACHABLE)))
    play.now += 1800
    play(Due(), Probed())
    assert play.engine.due is not None
    assert 9 < play.engine.due - play.now <= 10


def test_a_server_in_trouble_is_asked_less_and_less_often(play: Play) -> None:
    play.settled()
    play.dice.value = 0.999
    pauses = []
    play(Kicked())
    for _ in range(12):
        play(Taken(outgoing(1)), Unanswered(Failure(Hindrance.SERVER)))
        assert play.engine.due is not None
        pauses.append(play.engine.due - play.now)
        assert play.wait() == [Take(200)]
    assert pauses == sorted(pauses)
    assert 299 < pauses[-1] <= 300


def test_retry_after_is_a_minimum(play: Play) -> None:
    play.settled()
    play.dice.value = 0.0
    play(Kicked(), Taken(outgoing(1)), Unanswered(Failure(Hindrance.SERVER, retry_after_s=20)))
    assert play.engine.due is not None
    assert play.engine.due - play.now >= 20


def test_a_gesture_does_not_shorten_a_pause(play: Play) -> None:
    play.settled()
    play(Kicked(), Taken(outgoing(1)), Unanswered(Failure(Hindrance.SERVER)))
    due = play.engine.due
    assert play(Kicked()) == []
    assert play.engine.due == due


def test_a_network_that_comes_back_is_tried_at_once(play: Play) -> None:
    play.settled()
    play(Kicked(), Taken(outgoing(1)), Unanswered(Failure(Hindrance.UNREACHABLE)))
    assert play(Reachable()) == [Probe()]


def test_a_network_that_comes_back_does_not_hurry_a_server_in_trouble(play: Play) -> None:
    play.settled()
    play(Kicked(), Taken(outgoing(1)), Unanswered(Failure(Hindrance.SERVER)))
    assert play(Reachable()) == []


@pytest.mark.parametrize(
    ("hindrance", "effect"),
    [
        (Hindrance.TLS, Take(200)),
        (Hindrance.REFUSED, Take(200)),
        (Hindrance.UPGRADE, Take(0)),
        (Hindrance.WRONG_SERVER, Probe()),
    ],
)
def test_who_has_mended_it_need_not_wait_for_an_hour(
    play: Play, hindrance: Hindrance, effect: Effect
) -> None:
    """Renewed a certificate, say, and presses “Try now”."""
    play.settled()
    play(Kicked(), Taken(outgoing(1)), Unanswered(Failure(hindrance)))
    assert play(Kicked()) == [], "a gesture is no such wish"
    assert play(Reachable()) == [effect]


def test_one_401_is_doubted_and_a_second_is_believed(play: Play) -> None:
    play.settled()
    play(Kicked(), Taken(outgoing(1)))
    assert play(Unauthorised()) == []
    assert play.wait() == [FindToken(ACCOUNT)]
    play(TokenFound(found=True), Taken(outgoing(1)))
    assert play(Unauthorised()) == [Report(Link.SIGNED_OUT, None, contact=False)]
    assert play.engine.due is None


def test_a_401_now_and_then_never_signs_out(play: Play) -> None:
    play.settled()
    for _ in range(5):
        play(Kicked(), Taken(outgoing(1)), Unauthorised())
        play.wait()
        play(TokenFound(found=True), Taken(outgoing(1)), Answered(answer(seq=1)), Done(0))
    assert play.engine.phase is Phase.IDLE


def test_behind_goes_back_and_sends_again(play: Play) -> None:
    play.settled()
    play(Kicked(), Taken(outgoing(1, acked=9)))
    behind = answer(Code.BEHIND, seq=4)
    assert play(Answered(behind)) == [GoBack(behind.head), ONLINE]
    assert play(Done(waiting=6)) == [Take(200)]


@pytest.mark.parametrize("code", [Code.FORK, Code.CORRUPT])
def test_another_history_makes_a_new_device(play: Play, code: Code) -> None:
    play.settled()
    play(Kicked(), Taken(outgoing(1, acked=9)))
    assert play(Answered(answer(code, seq=4))) == [Rename(), ONLINE]
    assert play(Done(waiting=10)) == [Take(200)]


def quarrels(play: Play) -> list[Effect]:
    """The server has another history four times in a row, and once more."""
    for _ in range(4):
        assert Rename() in play(Taken(outgoing(1)), Answered(answer(Code.FORK)))
        play(Done(waiting=1))
    return play(Taken(outgoing(1)), Answered(answer(Code.FORK)))


def confirms_nothing(play: Play) -> list[Effect]:
    play(Taken(outgoing(3, acked=5)), Answered(answer(seq=5)))
    return play(Done(waiting=3))


@pytest.mark.parametrize("happens", [quarrels, confirms_nothing])
def test_who_does_not_understand_the_other_is_asked_less_and_less_often(
    play: Play, happens: Callable[[Play], list[Effect]]
) -> None:
    """An answer alone is no success: the pauses are short again only when something was confirmed."""
    play.settled()
    play.dice.value = 0.999
    play(Kicked())
    for _ in range(12):
        assert happens(play) == [Report(Link.OFFLINE, Hindrance.SERVER, contact=False)]
        assert play.wait() == [Take(200)]
    happens(play)
    assert play.engine.due is not None
    assert 299 < play.engine.due - play.now <= 300


@pytest.mark.parametrize("code", [Code.BEHIND, Code.FORK])
def test_after_a_history_was_mended_the_servers_state_is_asked_for_at_once(play: Play, code: Code) -> None:
    """Also by a device on which nothing waits: the answer that told of it brought no state."""
    play.settled()
    play.wait()
    play(Taken(outgoing(acked=4)), Answered(answer(code, seq=2)))
    assert play(Done(waiting=0)) == [Take(200)]
    assert play(Taken(outgoing()), Answered(answer()), Done(0)) == [Rest()]


def test_a_device_from_a_backup_asks_for_the_servers_state_at_once(play: Play) -> None:
    """The server confirms more than was ever sent: the desk gives the device a new name."""
    play.settled()
    play.wait()
    play(Taken(outgoing(1, acked=4)), Answered(answer(seq=9)))
    assert play(Done(waiting=0)) == [Take(200)]
    assert play(Taken(outgoing()), Answered(answer()), Done(0)) == [Rest()]


def test_a_server_that_needs_a_newer_app_is_left_alone_for_an_hour_at_most(play: Play) -> None:
    play.settled()
    play(Kicked(), Taken(outgoing(1)))
    report = Report(Link.OFFLINE, Hindrance.UPGRADE, contact=False)
    assert play(Answered(answer(Code.UPGRADE))) == [report, Tell(Notice(NoticeKind.UPGRADE))]
    play.dice.value = 0.999
    for _ in range(20):
        assert play.wait() == [Take(0)], "it is asked, and sent nothing"
        assert play(Taken(outgoing()), Answered(answer(Code.UPGRADE))) == [report]
    assert play.engine.due is not None
    assert 3590 < play.engine.due - play.now <= 3600
    play.wait()
    play(Taken(outgoing()), Answered(answer()))
    assert play(Done(waiting=1)) == [Take(200)], "it understands this version again"


def test_what_is_too_large_is_sent_in_halves_down_to_one(play: Play) -> None:
    play.settled()
    play(Kicked())
    limits = []
    for _ in range(7):
        [take] = play(Taken(outgoing(1)), TooLarge())
        assert isinstance(take, Take)
        limits.append(take.limit)
    assert limits == [100, 50, 25, 12, 6, 3, 1]
    assert play(Taken(outgoing(1)), TooLarge()) == [Report(Link.OFFLINE, Hindrance.SERVER, contact=False)]


def test_a_full_disk_is_tried_again(play: Play) -> None:
    play.settled()
    play(Kicked(), Taken(outgoing(1)), Answered(answer(seq=1)))
    assert play(NotDone()) == []
    assert play.wait() == [Take(200)]


LATE: dict[str, Callable[[], Event]] = {
    "an answer": lambda: Answered(answer()),
    "a batch": lambda: Taken(outgoing()),
    "a failure": lambda: Unanswered(Failure(Hindrance.SERVER)),
    "a done": lambda: Done(3),
    "a page": lambda: IssuesFetched((), None),
}


@pytest.mark.parametrize("name", LATE)
def test_what_comes_unasked_changes_nothing(play: Play, name: str) -> None:
    play.settled()
    due = play.engine.due
    assert play(LATE[name]()) == []
    assert (play.engine.phase, play.engine.due) == (Phase.IDLE, due)


# ---- the table of sync.md 2.11 and 2.12 ---------------------------------------------------------------------


def fails(play: Play, hindrance: Hindrance, times: int, text: str = "") -> list[Tell]:
    """What is said to the person meanwhile."""
    told: list[Tell] = []
    play(Kicked())
    for _ in range(times):
        effects = play(Taken(outgoing(1)), Unanswered(Failure(hindrance, text=text)))
        told.extend(each for each in effects if isinstance(each, Tell))
        play.wait()
    return told


@pytest.mark.parametrize(("rolled", "pause"), [(0.0, 54.0), (0.5, 60.0), (1.0, 66.0)])
def test_polls_of_many_devices_do_not_stay_in_step(play: Play, rolled: float, pause: float) -> None:
    play.settled()
    play.dice.value = rolled
    play.wait()
    play(Taken(outgoing()), Answered(answer(poll_s=60.0)), Done(0))
    assert play.engine.due == pytest.approx(play.now + pause)


def test_a_refusal_grows_to_an_hour_and_is_then_said_once(play: Play) -> None:
    play.settled()
    assert fails(play, Hindrance.REFUSED, 11) == []
    assert fails(play, Hindrance.REFUSED, 4) == [Tell(Notice(NoticeKind.REFUSED))]
    play.dice.value = 0.999
    play(Taken(outgoing(1)), Unanswered(Failure(Hindrance.REFUSED)))
    assert play.engine.due is not None
    assert 3590 < play.engine.due - play.now <= 3600


def test_what_is_wrong_with_a_certificate_is_said_once_and_tried_every_five_minutes(play: Play) -> None:
    play.settled()
    said = Tell(Notice(NoticeKind.NO_TLS, {"text": "It has expired."}))
    assert fails(play, Hindrance.TLS, 12, "It has expired.") == [said]
    play.dice.value = 0.999
    play(Taken(outgoing(1)), Unanswered(Failure(Hindrance.TLS)))
    assert play.engine.due is not None
    assert 299 < play.engine.due - play.now <= 300


def test_another_server_is_asked_who_it_is_and_sent_nothing_until_it_is_ours(play: Play) -> None:
    play.settled()
    wrong = Unanswered(Failure(Hindrance.WRONG_SERVER))
    report = Report(Link.OFFLINE, Hindrance.WRONG_SERVER, contact=False)
    play(Kicked())
    assert play(Taken(outgoing(1)), wrong) == [report, Tell(Notice(NoticeKind.WRONG_SERVER))]
    play.dice.value = 0.999
    for _ in range(12):
        assert play.wait() == [Probe()]
        assert play(wrong) == [report]
    assert play.engine.due is not None
    assert 299 < play.engine.due - play.now <= 300
    play.wait()
    play(Probed())
    assert play.wait() == [Take(200)]


def test_retry_after_is_followed_by_as_much_chance(play: Play) -> None:
    """A crowd that was told the same pause does not come back in the same second."""
    play.settled()
    play.dice.value = 0.999
    play(Kicked(), Taken(outgoing(1)), Unanswered(Failure(Hindrance.SERVER, retry_after_s=20)))
    assert play.engine.due is not None
    assert 39 < play.engine.due - play.now <= 40


def test_what_was_too_large_once_is_tried_whole_after_all_was_sent(play: Play) -> None:
    play.settled()
    play(Kicked())
    assert play(Taken(outgoing(2)), TooLarge()) == [Take(100)]
    play(Taken(outgoing(1)), Answered(answer(seq=1)), Done(0))
    assert play(Kicked()) == [Take(200)]


def test_more_of_the_logs_is_fetched_at_once(play: Play) -> None:
    play.settled()
    play.wait()
    logs = LogChanges(is_full=True, changed=(), cursor="c", digest="", has_more=True)
    assert play(Taken(outgoing()), Answered(answer(logs=logs)), Done(0)) == [Take(200)]
    assert play(Taken(outgoing()), Answered(answer()), Done(0)) == [Rest()]


def test_the_keyrings_mark_is_compared_once_before_anything_is_sent(play: Play) -> None:
    mark = Mark("device-1", 7)
    play.engine.begin()
    assert play(TokenFound(found=True, mark=mark)) == [Compare(mark)]
    assert play(Done(0)) == [Take(200)]
    play(Taken(outgoing(1)), Unauthorised())
    play.wait()
    assert play(TokenFound(found=True, mark=mark)) == [Take(200)]
