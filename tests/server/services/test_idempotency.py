"""Does a request that is sent twice get the first answer, and do its work once?"""

from __future__ import annotations

import pytest

from server.db.session import Connection, ConstraintBroken
from server.domain.errors import KeyReused
from server.domain.messages import StartTimer
from server.services.idempotency import StoredReply, recall, remember
from server.services.time import timers
from tests.server.company import Company, Person


@pytest.fixture
def anna(company: Company) -> Person:
    return company.anna


def keep(person: Person, key: str, request: str, body: bytes) -> None:
    person.company.database.run(
        lambda conn: remember(conn, person.principal.user_id, key, request, 200, body, 0)
    )


def ask(person: Person, key: str, request: str) -> StoredReply | None:
    return person.company.database.run(lambda conn: recall(conn, person.principal.user_id, key, request))


def test_a_new_key_has_no_answer(anna: Person) -> None:
    assert ask(anna, "key", "request") is None


def test_the_first_answer_byte_for_byte(anna: Person) -> None:
    body = bytes(range(256))
    keep(anna, "key", "request", body)
    assert ask(anna, "key", "request") == StoredReply("request", 200, body)


def test_another_request_with_the_same_key_is_refused(anna: Person) -> None:
    keep(anna, "key", "request", b"answer")
    with pytest.raises(KeyReused):
        ask(anna, "key", "another request")


def test_keys_belong_to_one_person(anna: Person) -> None:
    keep(anna, "key", "request", b"answer")
    assert ask(anna.company.ben, "key", "another request") is None
    keep(anna.company.ben, "key", "another request", b"another answer")


def test_a_key_has_one_answer_for_ever(anna: Person) -> None:
    keep(anna, "key", "request", b"answer")
    with pytest.raises(ConstraintBroken):
        keep(anna, "key", "request", b"another answer")
    reply = ask(anna, "key", "request")
    assert reply is not None
    assert reply.body == b"answer"


def test_the_work_and_its_answer_are_there_or_neither(anna: Person) -> None:
    """The second request's answer cannot be kept, so that its work is undone."""
    company = anna.company
    request = StartTimer(company.issues["BP-1"], company.projects["BP"])
    keep(anna, "key", "request", b"answer")

    def work(conn: Connection) -> None:
        timers.start(conn, anna.principal, request, company.clock.now_ms())
        remember(conn, anna.principal.user_id, "key", "request", 200, b"", 0)

    with pytest.raises(ConstraintBroken):
        company.database.run(work)
    assert anna.logs() == []
    assert anna.status().status == "stopped"
