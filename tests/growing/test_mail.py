"""Does an e-mail reach a real mail server, and is what goes wrong understood?"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace

import pytest

from server.domain.delivery import Mailbox as To
from server.domain.delivery import Told
from server.jobs.mail import Post
from server.jobs.outcome import NotDelivered
from server.settings import Language, MailServer
from tests.growing.farm import LOCAL, free_port
from tests.growing.receivers import PASSWORD, Mailbox, mail_server

ALERT = Told(
    "budget_alert.1.warning.1",
    "budget_alert",
    "BÜ",
    "Bücher & Größen 📚",
    {
        "alert_type": "warning",
        "actual_percentage": "81.25",
        "cost_at_alert": "812.5000",
        "total_budget": "1000.0000",
        "currency": "EUR",
    },
    1_795_000_000_000,
)
WITHOUT_TLS = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
ANNA = To(3, "anna@demo.test", "Anna")


def at(port: int, **changes: object) -> MailServer:
    return replace(MailServer(LOCAL, port, "", "", False, "hourkeep@demo.test"), **changes)  # type: ignore[arg-type]


def send(
    server: MailServer, to: To = ANNA, told: Told = ALERT, language: Language = Language.ENGLISH
) -> None:
    post = Post(server, language, "0a1b")
    try:
        asyncio.run(post.send(to, told))
    finally:
        post.close()


def sent(told: Told = ALERT, language: Language = Language.ENGLISH) -> Mailbox:
    with mail_server() as box:
        send(at(box.port), told=told, language=language)
    return box


def failure(server: MailServer, to: To = ANNA) -> NotDelivered:
    with pytest.raises(NotDelivered) as refusal:
        send(server, to)
    return refusal.value


def test_it_arrives() -> None:
    box = sent()
    [message] = box.messages
    assert box.recipients == ["anna@demo.test"]
    assert message["From"] == "hourkeep@demo.test"
    assert message["To"] == "anna@demo.test"
    assert message["Subject"] == "BÜ: 81.25 % of the budget is used"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content()
    assert "Project Bücher & Größen 📚 (BÜ)" in text
    assert "Used: 812.5000 EUR of 1000.0000 EUR, 81.25 %" in text


def test_in_german() -> None:
    [message] = sent(language=Language.GERMAN).messages
    assert message["Subject"] == "BÜ: 81.25 % des Budgets sind verbraucht"
    assert "Verbraucht: 812.5000 EUR von 1000.0000 EUR" in message.get_content()


def test_a_budget_that_is_used_up() -> None:
    told = replace(ALERT, payload={**ALERT.payload, "alert_type": "exceeded", "actual_percentage": "100.01"})
    [message] = sent(told).messages
    assert message["Subject"] == "BÜ: the budget is used up (100.01 %)"


def test_something_that_is_no_alert() -> None:
    [message] = sent(replace(ALERT, kind="news")).messages
    assert message["Subject"] == "BÜ: news"


def test_a_repeat_has_the_same_id() -> None:
    ids = {message["Message-ID"] for _ in range(2) for message in sent().messages}
    assert ids == {"<budget_alert.1.warning.1.3@0a1b.hourkeep>".replace("_", ".")}


def test_a_project_cannot_write_headers() -> None:
    told = replace(ALERT, project_key="X\r\nBcc: thief@evil.test")
    box = sent(told)
    [message] = box.messages
    assert box.recipients == ["anna@demo.test"]
    assert message["Bcc"] is None
    assert message["Subject"].startswith("X Bcc: thief@evil.test: 81.25 %")


@pytest.mark.parametrize("email", ["a@b\r\nBcc: thief@evil.test", "", "no address", "a@b, c@d"])
def test_an_address_that_is_none(email: str) -> None:
    with mail_server() as box:
        found = failure(at(box.port), To(3, email, "Anna"))
        assert found.for_good
        assert box.messages == []


def test_a_recipient_that_the_server_does_not_know_is_no_use_to_try_again() -> None:
    with mail_server() as box:
        found = failure(at(box.port), To(3, "nobody@demo.test", "Nobody"))
    assert (str(found), found.for_good) == ("The mail server said 550.", True)


@pytest.mark.parametrize(("answer", "for_good"), [("451 Try again later", False), ("554 Spam", True)])
def test_what_the_server_answers_decides(answer: str, *, for_good: bool) -> None:
    with mail_server() as box:
        box.answers.append(answer)
        found = failure(at(box.port))
    assert (str(found), found.for_good) == (f"The mail server said {answer[:3]}.", for_good)


def test_a_server_that_is_not_there() -> None:
    found = failure(at(free_port()))
    assert (str(found), found.for_good) == ("The mail server does not answer: ConnectionRefusedError.", False)


def test_a_server_that_is_something_else() -> None:
    with socket.create_server((LOCAL, 0)) as listener:
        listener.settimeout(10)
        port = listener.getsockname()[1]

        async def main() -> None:
            post = Post(at(port), Language.ENGLISH, "0a1b")
            sending = asyncio.create_task(post.send(ANNA, ALERT))
            connection, _ = await asyncio.to_thread(listener.accept)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.close()
            try:
                await sending
            finally:
                post.close()

        with pytest.raises(NotDelivered) as refusal:
            asyncio.run(main())
    assert not refusal.value.for_good


@WITHOUT_TLS
@pytest.mark.logs("WARNING")
def test_with_a_password() -> None:
    with mail_server(asks_password=True) as box:
        send(at(box.port, user="mailer", password=PASSWORD))
        assert len(box.messages) == 1
        found = failure(at(box.port, user="mailer", password="wrong"))
    assert not found.for_good
    assert "wrong" not in str(found)


@WITHOUT_TLS
@pytest.mark.logs("WARNING")
def test_a_password_never_goes_over_the_network_in_plain() -> None:
    """127.1 is this machine, but not as it is called by those who mean it."""
    with mail_server(asks_password=True) as box:
        found = failure(at(box.port, host="127.1", user="mailer", password=PASSWORD))
        assert box.messages == []
    assert str(found) == "The mail server offers no encryption for the password."
