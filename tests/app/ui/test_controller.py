"""Is every gesture on the disk before it is shown, and does the state say what is true?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.core.notices import Notice, NoticeKind, SignInResult
from app.core.screen import Account, Hindrance, Link, SyncState, TimerState
from app.core.timer import Status
from app.errors import AlreadyRuns, AppError, NothingRuns, OutboxNewer, SignInFirst, UnknownIssue
from app.paths import Profile
from app.settings import Loaded, Settings, load
from app.store.database import Database
from app.store.records import Settled
from app.sync.events import KeepIssues, Kicked, NotDone, Report, Rest, Settle, Take, Taken
from app.sync.line import Line
from app.sync.loop import Command, ForFiles, Happened, Open, SignOut
from app.sync.sign_in import SignInAsked, SignInEnded
from app.ui.controller import Controller
from app.ui.postman import Postman
from tests.app.sync.pieces import answer, snapshot
from tests.fakes.catalog import Issue
from tests.fakes.clock import FakeClock
from tests.fakes.desk import LOGIN, MENU, RATE


@pytest.fixture
def told(controller: Controller) -> list[Notice]:
    seen: list[Notice] = []
    controller.told.connect(seen.append)
    return seen


@pytest.fixture
def shown(controller: Controller) -> list[TimerState]:
    seen: list[TimerState] = []
    controller.changed.connect(seen.append)
    return seen


@pytest.fixture
def reopened(controller: Controller, clock: FakeClock, tmp_path: Path) -> Iterator[Callable[[], Controller]]:
    """The app after a crash: the same files, nothing else."""
    later: list[Controller] = []

    def open_again() -> Controller:
        controller.close()
        again = Controller(Profile(tmp_path / "profile"), Loaded(controller.settings), clock, Line())
        later.append(again)
        again.open()
        return again

    yield open_again
    for each in later:
        each.close()


def postman(controller: Controller, posted: list[Command]) -> Postman:
    line = Line()
    line.attach(posted.append)
    return Postman(controller, line)


def kinds(controller: Controller) -> list[str]:
    return [each["kind"] for each in controller.outbox()["waiting"]]


def number_of(posted: list[Command]) -> int:
    """Of the account that is open."""
    return next(each.number for each in reversed(posted) if isinstance(each, Open))


def report(
    controller: Controller, posted: list[Command], link: Link, hindrance: Hindrance | None = None
) -> None:
    contact = link is Link.ONLINE
    postman(controller, posted).receive(ForFiles(Report(link, hindrance, contact=contact), number_of(posted)))


# ---- gestures -----------------------------------------------------------------------------------------------


def test_a_gesture_is_recorded_shown_and_sent(
    controller: Controller, posted: list[Command], shown: list[TimerState]
) -> None:
    controller.start(LOGIN)
    assert kinds(controller) == ["timer.start"]
    assert [state.status for state in shown] == [Status.RUNNING]
    assert shown[0].sync.waiting == 1
    assert posted[-1] == Happened(Kicked(), number_of(posted))


def test_a_day_of_gestures(controller: Controller, clock: FakeClock, told: list[Notice]) -> None:
    controller.start(LOGIN)
    clock.advance(minutes=10)
    controller.pause()
    clock.advance(minutes=5)
    controller.resume()
    clock.advance(minutes=2)
    controller.start(MENU)
    controller.stop("Tidied")
    assert kinds(controller) == [
        "timer.start", "timer.pause", "timer.resume", "timer.stop", "timer.start", "timer.stop",
    ]  # fmt: skip
    [logged] = told
    assert logged == Notice(
        NoticeKind.LOGGED, {"issue_key": "WEB-7", "seconds": 0, "cost": None, "currency": None}
    )


def test_what_is_not_recorded_is_not_shown(
    controller: Controller, shown: list[TimerState], posted: list[Command]
) -> None:
    commands = len(posted)
    with pytest.raises(NothingRuns):
        controller.pause()
    with pytest.raises(NothingRuns):
        controller.begin_stop()
    with pytest.raises(UnknownIssue, match="NOPE-1"):
        controller.start_key("NOPE-1")
    assert (shown, len(posted), kinds(controller)) == ([], commands, [])


def test_an_issue_is_found_by_its_key_in_any_case(controller: Controller, posted: list[Command]) -> None:
    postman(controller, posted).receive(ForFiles(KeepIssues((Issue(123),)), number_of(posted)))
    assert controller.start_key("bp-123").key == "BP-123"


# ---- stop with its description ------------------------------------------------------------------------------


def test_stop_means_the_second_at_which_it_was_pressed(
    controller: Controller, clock: FakeClock, told: list[Notice]
) -> None:
    controller.start(LOGIN)
    clock.advance(minutes=10)
    controller.begin_stop()
    clock.advance(minutes=3)
    assert controller.status()["elapsed_seconds"] == 600
    assert kinds(controller) == ["timer.start"]
    controller.stop("Fixed it")
    assert controller.state.timer is None
    assert told[0].values["seconds"] == 600


def test_a_stop_that_was_taken_back_costs_no_second(controller: Controller, clock: FakeClock) -> None:
    controller.start(LOGIN)
    clock.advance(minutes=10)
    controller.begin_stop()
    clock.advance(minutes=3)
    controller.cancel_stop()
    assert controller.status()["elapsed_seconds"] == 780
    assert kinds(controller) == ["timer.start"]


def test_a_crash_while_the_description_is_asked_stops_at_that_second(
    controller: Controller, clock: FakeClock, reopened: Callable[[], Controller]
) -> None:
    controller.start(LOGIN)
    clock.advance(minutes=10)
    controller.begin_stop()
    clock.advance(hours=14)
    again = reopened()
    assert again.state.timer is None
    waiting = again.outbox()["waiting"]
    assert [each["kind"] for each in waiting] == ["timer.start", "timer.stop"]
    assert waiting[1]["at"] - waiting[0]["at"] == 600


def test_a_crash_after_a_stop_that_was_taken_back_stops_nothing(
    controller: Controller, reopened: Callable[[], Controller]
) -> None:
    controller.start(LOGIN)
    controller.begin_stop()
    controller.cancel_stop()
    assert reopened().state.status is Status.RUNNING


def test_a_pause_by_command_while_the_description_is_asked(controller: Controller, clock: FakeClock) -> None:
    controller.start(LOGIN)
    controller.begin_stop()
    clock.advance(minutes=1)
    controller.pause()
    clock.advance(minutes=1)
    controller.stop(None)
    assert controller.state.timer is None
    waiting = controller.outbox()["waiting"]
    assert [each["kind"] for each in waiting] == ["timer.start", "timer.pause", "timer.stop"]
    assert [each["at"] for each in waiting] == sorted(each["at"] for each in waiting)


def test_another_timer_by_command_while_the_description_is_asked(
    controller: Controller, clock: FakeClock
) -> None:
    controller.start(LOGIN)
    controller.begin_stop()
    clock.advance(minutes=1)
    controller.start(MENU)
    assert controller.state.stopping_at is None
    clock.advance(minutes=1)
    assert controller.status()["elapsed_seconds"] == 60
    controller.stop()
    assert [each["at"] for each in controller.outbox()["waiting"]][-1] == clock.now()


def test_a_timer_that_is_stopped_elsewhere_meanwhile_asks_nothing_more(
    controller: Controller, posted: list[Command]
) -> None:
    controller.start(LOGIN)
    controller.begin_stop()
    confirm(controller, posted, snapshot(None))
    assert (controller.state.timer, controller.state.stopping_at) == (None, None)


# ---- what the server says -----------------------------------------------------------------------------------


def confirm(controller: Controller, posted: list[Command], shown: Any) -> None:
    """The server has everything, and this is its state."""
    number = number_of(posted)
    postman(controller, posted).receive(ForFiles(Take(200), number))
    event = posted[-1]
    assert isinstance(event, Happened)
    assert isinstance(event.event, Taken)
    batch = event.event.outgoing.batch
    last = batch.actions[-1]
    results = tuple(Settled(action.seq, "applied") for action in batch.actions)
    reply = replace(
        answer(results=results, snapshot=shown), head=replace(batch.base, seq=last.seq, chain=last.chain)
    )
    postman(controller, posted).receive(ForFiles(Settle(reply), number))


def test_the_cost_is_known_once_the_server_has_told_the_rate(
    controller: Controller, posted: list[Command], clock: FakeClock
) -> None:
    controller.start(LOGIN)
    timer = controller.state.timer
    assert timer is not None
    assert controller.status()["cost"] is None
    confirm(controller, posted, snapshot(replace(timer, rate=RATE)))
    clock.advance(hours=1)
    assert (controller.status()["cost"], controller.status()["currency"]) == (Decimal("50.0000"), "USD")
    controller.stop()
    controller.start(MENU)
    clock.advance(hours=2)
    assert controller.status()["cost"] == Decimal("100.0000")


def test_online_offline_and_signed_out_are_said(
    controller: Controller, posted: list[Command], told: list[Notice], clock: FakeClock
) -> None:
    report(controller, posted, Link.ONLINE)
    assert controller.state.sync == SyncState(Link.ONLINE, None, 0, 0, clock.now())
    contact = clock.now()
    clock.advance(minutes=1)
    report(controller, posted, Link.OFFLINE, Hindrance.PORTAL)
    assert controller.state.sync == SyncState(Link.OFFLINE, Hindrance.PORTAL, 0, 0, contact)
    controller.start(LOGIN)
    report(controller, posted, Link.SIGNED_OUT)
    report(controller, posted, Link.SIGNED_OUT)
    assert controller.status()["sync"]["state"] == "signed_out"
    assert told == [Notice(NoticeKind.SIGN_IN_NEEDED, {"waiting": 1})]
    controller.pause()
    assert controller.state.status is Status.PAUSED


def test_what_comes_for_a_closed_account_is_dropped(controller: Controller, posted: list[Command]) -> None:
    postman(controller, posted).receive(
        ForFiles(Report(Link.ONLINE, None, contact=True), number_of(posted) - 1)
    )
    assert controller.state.sync.link is Link.OFFLINE


@pytest.mark.logs("ERROR")
def test_a_bug_at_the_desk_is_answered(controller: Controller, posted: list[Command]) -> None:
    broken = replace(answer(), results=(Settled(0, "no outcome"),), head=replace(answer().head, seq=0))
    postman(controller, posted).receive(ForFiles(Settle(broken), number_of(posted)))
    assert posted[-1] == Happened(NotDone(), number_of(posted))


# ---- accounts -----------------------------------------------------------------------------------------------


def test_before_anybody_signed_in_nothing_can_be_recorded(
    tmp_path: Path, clock: FakeClock, qtbot: object
) -> None:
    fresh = Controller(Profile(tmp_path), Loaded(Settings()), clock, Line())
    fresh.open()
    for gesture in (fresh.pause, fresh.resume, fresh.stop, fresh.begin_stop, lambda: fresh.start(LOGIN)):
        with pytest.raises(SignInFirst):
            gesture()
    assert fresh.search("BP") == []
    assert fresh.status()["sync"]["state"] == "signed_out"
    assert fresh.outbox() == {"waiting": [], "attention": []}


BEN = Account("https://hours.test", "s1", 8, "ben@demo.test", "Ben")
ANNA_MOVED = Account("https://new.test", "s1", 7, "anna@demo.test", "Anna")


def sign_in(
    controller: Controller, posted: list[Command], result: SignInResult, path: str | None = None
) -> list[SignInResult]:
    answers: list[SignInResult] = []
    controller.sign_in("hours.test", "e", "p", answers.append)
    asked = posted[-1]
    assert isinstance(asked, SignInAsked)
    postman(controller, posted).receive(SignInEnded(asked.number, result, path))
    return answers


def test_signing_in_is_done_when_the_issues_are_here(
    controller: Controller, posted: list[Command], told: list[Notice], tmp_path: Path
) -> None:
    answers = sign_in(controller, posted, SignInResult(BEN), "/home/ben/secrets.json")
    assert answers == []
    postman(controller, posted).receive(ForFiles(Rest(), number_of(posted)))
    assert answers == [SignInResult(BEN)]
    assert controller.state.account == BEN
    assert load(tmp_path / "profile" / "settings.json").settings.user_id == 8
    assert told == [Notice(NoticeKind.NO_KEYRING, {"path": "/home/ben/secrets.json"})]


def test_signing_in_is_done_too_when_the_issues_cannot_be_had_now(
    controller: Controller, posted: list[Command]
) -> None:
    answers = sign_in(controller, posted, SignInResult(BEN))
    report(controller, posted, Link.OFFLINE, Hindrance.UNREACHABLE)
    assert answers == [SignInResult(BEN)]


def test_a_sign_in_that_failed_changes_nothing(controller: Controller, posted: list[Command]) -> None:
    before = controller.state.account
    refused = SignInResult(code="bad_credentials", error="E-mail or password is wrong.")
    assert sign_in(controller, posted, refused) == [refused]
    assert controller.state.account == before


def test_each_person_has_an_outbox_of_their_own(controller: Controller, posted: list[Command]) -> None:
    controller.start(LOGIN)
    sign_in(controller, posted, SignInResult(BEN))
    assert (controller.state.timer, kinds(controller)) == (None, [])
    sign_in(controller, posted, SignInResult(ANNA_MOVED))
    assert controller.state.timer is not None
    assert kinds(controller) == ["timer.start"]


def test_what_waits_is_sent_after_a_new_installation_when_the_same_person_signs_in(
    controller: Controller, clock: FakeClock, tmp_path: Path
) -> None:
    controller.start(LOGIN)
    controller.close()
    posted: list[Command] = []
    line = Line()
    line.attach(posted.append)
    again = Controller(Profile(tmp_path / "profile"), Loaded(Settings()), clock, line)
    again.open()
    sign_in(again, posted, SignInResult(BEN))
    assert kinds(again) == []
    sign_in(again, posted, SignInResult(ANNA_MOVED))
    assert kinds(again) == ["timer.start"]
    assert posted[-1] == Open(ANNA_MOVED, number_of(posted))
    again.close()


def test_signing_in_again_while_the_description_is_asked_stops_nothing(
    controller: Controller, posted: list[Command]
) -> None:
    controller.start(LOGIN)
    controller.begin_stop()
    sign_in(controller, posted, SignInResult(ANNA_MOVED))
    assert controller.state.stopping_at is not None
    assert kinds(controller) == ["timer.start"]


def test_signed_out_the_time_goes_on_being_recorded(
    controller: Controller, posted: list[Command], told: list[Notice]
) -> None:
    controller.start(LOGIN)
    controller.sign_out()
    signed_out = posted[-1]
    assert isinstance(signed_out, SignOut)
    postman(controller, posted).receive(
        ForFiles(Report(Link.SIGNED_OUT, None, contact=False), signed_out.number)
    )
    assert controller.status()["sync"]["state"] == "signed_out"
    controller.pause()
    assert kinds(controller) == ["timer.start", "timer.pause"]
    assert told == []


# ---- files that fail ----------------------------------------------------------------------------------------


def outbox_file(folder: Path) -> Path:
    (path,) = folder.glob("profile/queue-*.sqlite3")
    return path


def test_a_newer_outbox_is_said_with_every_gesture(
    controller: Controller, tmp_path: Path, reopened: Callable[[], Controller]
) -> None:
    controller.close()
    database = Database(outbox_file(tmp_path))
    database.run("PRAGMA user_version = 99")
    database.close()
    again = reopened()
    assert again.state.trouble is not None
    with pytest.raises(OutboxNewer):
        again.start(LOGIN)
    with pytest.raises(AppError):
        again.start_key("BP-123")


def test_a_damaged_outbox_is_kept_and_made_anew_with_all_that_was_recorded(
    controller: Controller, tmp_path: Path, clock: FakeClock
) -> None:
    controller.start(LOGIN)
    controller.close()
    path = outbox_file(tmp_path)
    path.write_bytes(b"no database" * 500)
    again = Controller(Profile(tmp_path / "profile"), Loaded(controller.settings), clock, Line())
    told: list[Notice] = []
    again.told.connect(told.append)
    again.open()
    assert [notice.kind for notice in told] == [NoticeKind.TROUBLE]
    assert [each.read_bytes()[:11] for each in path.parent.glob("*.damaged-1")] == [b"no database"]
    assert kinds(again) == ["timer.start"]
    with pytest.raises(AlreadyRuns):
        again.start(LOGIN)
    again.close()


# ---- settings -----------------------------------------------------------------------------------------------


def test_settings_are_kept_and_a_folder_that_is_gone_is_said(
    controller: Controller, tmp_path: Path, told: list[Notice]
) -> None:
    controller.change_settings(compact=True)
    assert load(tmp_path / "profile" / "settings.json").settings.compact
    (tmp_path / "profile" / "settings.json.new").mkdir()
    controller.change_settings(compact=False)
    assert [notice.kind for notice in told] == [NoticeKind.SETTINGS]
    assert not controller.settings.compact


def test_what_cannot_be_read_in_the_settings_is_said(tmp_path: Path, clock: FakeClock, qtbot: object) -> None:
    path = tmp_path / "settings.json"
    texts = {"no JSON": "unreadable", '{"compact": "perhaps"}': "compact"}
    for content, words in texts.items():
        path.write_text(content)
        fresh = Controller(Profile(tmp_path), load(path), clock, Line())
        told: list[Notice] = []
        fresh.told.connect(told.append)
        fresh.open()
        [notice] = told
        assert notice.kind is NoticeKind.SETTINGS
        assert words in str(notice.values["error"])
