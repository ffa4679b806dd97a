"""Are the jobs done when the instance that does them dies?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path

import pytest

from server.domain.messages import NewWebhook, Role
from server.services.outside import webhooks
from server.services.staff import accounts
from tests.e2e.eventually import eventually
from tests.growing.instances import Instance, Instances
from tests.growing.receivers import Mailbox, Receiver, mail_server, receiver
from tests.server.company import Company, Person

SECRET = "c2VjcmV0IG9mIGEgdGVzdCB0aGF0IG5vYm9keSBrbm93cw=="
A_SECOND = Decimal(3600)  # an hour of this rate is one a second
TYPES = ["warning", "critical", "exceeded"]


@dataclass(frozen=True, slots=True)
class Outside:
    instances: Instances
    mail: Mailbox
    hook: Receiver


@pytest.fixture
def outside(company: Company, tmp_path: Path) -> Iterator[Outside]:
    """Two instances, and manager Mara, who reads e-mails and has a webhook."""
    with ExitStack() as stack:
        mail, hook = stack.enter_context(mail_server()), stack.enter_context(receiver())
        environment = {
            "HOURKEEP_DATABASE_URL": company.url,
            "HOURKEEP_SECRET_KEY": SECRET,
            "HOURKEEP_SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
            "HOURKEEP_MAIL_FROM": "hourkeep@demo.test",
            "HOURKEEP_WEBHOOK_NETWORKS": "127.0.0.0/8",
        }
        mara = company.hire("mara", ["BP"], Role.MANAGER)
        asked = NewWebhook(f"http://127.0.0.1:{hook.port}/", company.projects["BP"])
        networks = (ip_network("127.0.0.0/8"),)
        company.database.run(
            lambda conn: webhooks.add(conn, mara.principal, asked, SECRET.encode(), networks, now_ms())
        )
        instances = Instances(tmp_path, environment, 2)
        stack.callback(instances.close)
        instances.start()
        yield Outside(instances, mail, hook)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def token_of(company: Company, person: Person) -> str:
    token, _ = company.database.run(
        lambda conn: accounts.issue_token(conn, person.principal.user_id, "jobs", "jobs", now_ms())
    )
    return token


def start_timer(company: Company, at: Instance, person: Person) -> None:
    body = {"issue_id": company.issues["BP-1"], "project_id": company.projects["BP"]}
    status, said = at.ask("POST", "/api/v1/time-tracking/start", token_of(company, person), body)
    assert status == 200, said


def alerts(company: Company) -> list[str]:
    return [kind for (kind,) in company.rows("SELECT alert_type FROM budget_alerts ORDER BY id")]


def all_sent(company: Company) -> bool:
    states = company.rows("SELECT state FROM deliveries")
    return len(states) == 2 * len(TYPES) and all(state == "sent" for (state,) in states)


def test_alerts_come_once_when_whoever_watches_is_killed(company: Company, outside: Outside) -> None:
    """Nobody touches the timer: it runs, and crosses all three thresholds while nobody is on duty yet."""
    company.set_budget("BP", 10)
    worker = company.hire("worker", ["BP"], hourly=A_SECOND)
    holder = outside.instances.on_duty()
    survivor = outside.instances.another(holder)
    start_timer(company, survivor, worker)
    holder.program.kill9()
    eventually(lambda: all_sent(company), "all alerts delivered", within=120)
    assert alerts(company) == TYPES
    assert outside.instances.on_duty() is survivor
    mails = [str(message["Message-ID"]) for message in outside.mail.messages]
    assert len(mails) == len(set(mails)) == len(TYPES)
    assert outside.mail.recipients == ["mara@demo.test"] * len(TYPES)
    called = [call.said["data"]["alert_type"] for call in outside.hook.calls]
    assert sorted(called) == sorted(TYPES)


def test_whoever_ends_in_order_hands_over(company: Company, outside: Outside) -> None:
    holder = outside.instances.on_duty()
    assert holder.program.end() == 0
    assert outside.instances.on_duty() is outside.instances.another(holder)
    assert '"level":"error"' not in holder.program.words


def test_a_receiver_that_is_down_gets_it_when_it_is_back(company: Company, outside: Outside) -> None:
    outside.hook.statuses += [503, 500]
    company.set_budget("BP", 1)
    worker = company.hire("worker", ["BP"], hourly=A_SECOND)
    start_timer(company, outside.instances.all[0], worker)
    eventually(lambda: all_sent(company), "all alerts delivered", within=120)
    names = [call.headers["webhook-id"] for call in outside.hook.calls]
    assert len(names) == len(TYPES) + 2
    assert len(set(names)) == len(TYPES)
