"""Does what is to be told get to whom it should, once, whatever fails?"""

from __future__ import annotations

import json

import pytest

from server.domain.delivery import ATTEMPTS, Told
from server.domain.messages import Role
from server.jobs.outcome import NotDelivered
from server.services.outside import notifications
from server.services.time import restored
from tests.server.company import Company
from tests.server.jobs.outside import Outside

NO_ANSWER = "No answer within 10 seconds."


class PowerCut(BaseException):
    """Ends everything in the middle."""


# ---- to whom


def test_the_projects_managers_are_written_to(outside: Outside, company: Company) -> None:
    company.hire("other", ["WEB"], Role.MANAGER)
    outside.tell(project="BP")
    outside.deliver()
    assert outside.written_to() == ["mara@demo.test"]


def test_without_a_manager_the_administrators_are(outside: Outside) -> None:
    outside.tell(project="WEB")
    outside.deliver()
    assert outside.written_to() == ["ada@demo.test"]


def test_whoever_was_switched_off_is_not(outside: Outside, company: Company) -> None:
    company.write("UPDATE users SET is_active = ? WHERE id = ?", False, outside.mara.principal.user_id)
    outside.tell()
    outside.deliver()
    assert outside.written_to() == ["ada@demo.test"]


def test_whoever_is_switched_off_before_it_is_sent_is_not(outside: Outside, company: Company) -> None:
    outside.mail.failures.append(NotDelivered(NO_ANSWER))
    outside.tell()
    outside.deliver()
    company.write("UPDATE users SET is_active = ? WHERE id = ?", False, outside.mara.principal.user_id)
    company.clock.advance(hours=1)
    outside.deliver()
    assert outside.written_to() == []
    assert [state for state, _ in outside.states()] == ["cancelled"]


def test_whoever_leaves_the_project_before_it_is_sent_hears_nothing(
    outside: Outside, company: Company
) -> None:
    """Neither by e-mail nor where they had it sent, also when somebody else has it tried again."""
    outside.webhook(outside.mara, "BP")
    outside.mail.failures.append(NotDelivered(NO_ANSWER))
    outside.hooks.failures.append(NotDelivered(NO_ANSWER))
    outside.tell()
    outside.deliver()
    company.remove_member("BP", outside.mara)
    company.clock.advance(hours=1)
    outside.deliver()
    assert (outside.written_to(), outside.called()) == ([], [])
    assert {state for state, _ in outside.states()} == {"cancelled"}


def test_the_projects_webhooks_are_called_and_those_of_all_projects(outside: Outside) -> None:
    of_project = outside.webhook(outside.mara, "BP")
    of_all = outside.webhook(outside.ada, None)
    outside.webhook(outside.ada, "WEB")
    outside.tell(project="BP")
    outside.deliver()
    assert outside.called() == [of_project, of_all]


def test_a_webhook_ends_with_the_right_of_whoever_made_it(outside: Outside, company: Company) -> None:
    outside.webhook(outside.mara, "BP")
    company.remove_member("BP", outside.mara)
    outside.tell(project="BP")
    outside.deliver()
    assert outside.called() == []


def test_it_ends_with_their_account_too(outside: Outside, company: Company) -> None:
    outside.webhook(outside.mara, "BP")
    company.write("UPDATE users SET is_active = ? WHERE id = ?", False, outside.mara.principal.user_id)
    outside.tell(project="BP")
    outside.deliver()
    assert outside.called() == []


def test_without_a_mail_server_nobody_is_written_to_later_neither(company: Company) -> None:
    silent = Outside(company, has_mail=False)
    silent.tell()
    silent.deliver()
    silent.close()
    assert silent.states() == []


# ---- what


def test_what_is_told_names_the_project(outside: Outside, company: Company) -> None:
    outside.tell("alert.7", alert_id=7, actual_percentage="81.00")
    outside.deliver()
    [(_, told)] = outside.mail.came
    assert told == Told(
        "alert.7",
        "budget_alert",
        "BP",
        "Bp",
        {"alert_id": 7, "actual_percentage": "81.00"},
        company.clock.now_ms(),
    )


# ---- once


def test_the_same_thing_is_told_once(outside: Outside) -> None:
    outside.tell("alert.1")
    outside.tell("alert.1")
    outside.deliver()
    outside.tell("alert.1")
    outside.deliver()
    assert outside.written_to() == ["mara@demo.test"]


def test_what_is_rolled_back_is_not_told(outside: Outside, company: Company) -> None:
    def work(conn: object) -> None:
        notifications.enqueue(conn, "alert.1", "budget_alert", company.projects["BP"], {}, 0)  # type: ignore[arg-type]  # as it comes
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        company.database.run(work)
    outside.deliver()
    assert outside.written_to() == []


def test_each_is_tried_on_its_own(outside: Outside) -> None:
    """A webhook that is down keeps no e-mail waiting."""
    outside.webhook(outside.ada, None)
    outside.hooks.failures.append(NotDelivered(NO_ANSWER))
    outside.tell()
    outside.deliver()
    assert outside.written_to() == ["mara@demo.test"]
    assert sorted(outside.states()) == [("sent", 1), ("waiting", 1)]


# ---- again


def test_what_failed_is_tried_again_after_a_pause(outside: Outside, company: Company) -> None:
    outside.mail.failures.append(NotDelivered(NO_ANSWER))
    outside.tell()
    outside.deliver()
    company.clock.advance(seconds=4)
    outside.deliver()
    assert outside.written_to() == []
    company.clock.advance(seconds=1)
    outside.deliver()
    assert outside.written_to() == ["mara@demo.test"]
    assert outside.states() == [("sent", 2)]


def test_what_never_arrives_is_given_up(outside: Outside, company: Company) -> None:
    outside.mail.failures += [NotDelivered(NO_ANSWER)] * 20
    outside.tell()
    for _ in range(20):
        outside.deliver()
        company.clock.advance(hours=1)
    assert outside.states() == [("dead", ATTEMPTS)]
    assert company.rows("SELECT last_error FROM deliveries") == [(NO_ANSWER,)]
    levels = [json.loads(line)["level"] for line in outside.out.getvalue().splitlines()]
    assert levels == ["warning"] * (ATTEMPTS - 1) + ["error"]


def test_what_cannot_arrive_is_given_up_at_once(outside: Outside) -> None:
    outside.mail.failures.append(NotDelivered("The mail server said 550.", for_good=True))
    outside.tell()
    outside.deliver()
    assert outside.states() == [("dead", 1)]


def test_whatever_is_wrong_with_one_the_others_arrive(outside: Outside, company: Company) -> None:
    """Nobody sets up an address that keeps everybody else from being told."""
    for person in (outside.mara, outside.ada):
        outside.webhook(person, "BP")
    outside.hooks.failures.append(UnicodeError("label empty or too long"))
    outside.tell()
    outside.deliver()
    assert sorted(outside.states()) == [("sent", 1), ("sent", 1), ("waiting", 1)]
    assert company.rows("SELECT last_error FROM deliveries WHERE state = 'waiting'") == [
        ("It could not be sent: UnicodeError.",)
    ]


def test_a_crash_while_it_is_sent_tries_again_and_not_at_once(outside: Outside, company: Company) -> None:
    """Nobody knows whether it arrived: it may come twice, under the same name."""

    outside.mail.failures.append(PowerCut())
    outside.tell()
    with pytest.raises(BaseExceptionGroup):
        outside.deliver()
    outside.deliver()
    assert outside.written_to() == []
    company.clock.advance(seconds=5)
    outside.deliver()
    assert outside.written_to() == ["mara@demo.test"]


def test_two_couriers_at_once_send_it_once(outside: Outside, company: Company) -> None:
    """One had the lease, was asleep, and goes on when another has it."""
    outside.tell()
    outside.deliver()
    company.write("UPDATE deliveries SET state = 'waiting', attempts = 0")
    [errand] = company.database.read(lambda conn: notifications.due(conn, company.clock.now_ms() + 10_000, 9))
    first = company.database.run(lambda conn: notifications.begin(conn, errand, 0, 1.0))
    second = company.database.run(lambda conn: notifications.begin(conn, errand, 0, 1.0))
    assert first is not None
    assert second is None


def test_what_was_told_and_settled_is_forgotten(outside: Outside, company: Company) -> None:
    outside.tell("old")
    outside.deliver()
    outside.mail.failures.append(NotDelivered(NO_ANSWER))
    outside.tell("old but waiting")
    outside.deliver()
    company.clock.advance(hours=1)
    border = company.clock.now_ms()
    outside.tell("new")
    count = company.database.run(lambda conn: notifications.forget(conn, border))
    assert count == 1
    assert company.rows("SELECT key FROM notifications ORDER BY id") == [("old but waiting",), ("new",)]


# ---- after a backup was restored


def test_nothing_goes_out_until_the_devices_have_come(outside: Outside, company: Company) -> None:
    device = company.anna.device()
    device.start("BP-1", "8:00")
    device.sync()
    now_ms = company.clock.now_ms()
    company.database.run(lambda conn: restored.announce(conn, company.server, now_ms))
    outside.tell()
    outside.deliver()
    assert (outside.written_to(), outside.states()) == ([], [])
    device.sync()
    outside.deliver()
    assert outside.written_to() == ["mara@demo.test"]
