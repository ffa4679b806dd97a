"""Who gets a token, and what opens with it?"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.server.api.front import DEVICE, PASSWORD, Front, refused
from tests.server.company import Company

WRONG = "not the password"
OTHER_DEVICE = DEVICE.replace("1", "2")


@pytest.fixture
def front(front: Front) -> Front:
    front.give_password(front.company.anna)
    return front


def me_with(front: Front, token: str) -> int:
    return front.ask("GET", "/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code


def test_anna_signs_in(front: Front) -> None:
    reply = front.sign_in()
    assert reply.status_code == 201
    said = reply.json()
    assert re.fullmatch(r"hk_[\w-]{40,}", said["token"])
    assert said["user"]["email"] == "anna@demo.test"
    assert said["user"]["role"] == "member"
    assert said["user"]["rate"] == {"rate_type": "hourly", "rate_amount": 50, "currency": "USD"}
    assert said["user"]["server"]["product"] == "hourkeep"
    assert me_with(front, said["token"]) == 200


def test_the_e_mails_case_does_not_matter(front: Front) -> None:
    assert front.sign_in(email=" Anna@Demo.TEST ").status_code == 201


@pytest.mark.parametrize("email", ["anna@demo.test", "nobody@demo.test", "ben@demo.test", "a\0b"])
def test_a_wrong_one_is_told_in_the_same_words(front: Front, email: str) -> None:
    """A wrong password, an unknown e-mail, and somebody who signs in another way."""
    reply = front.sign_in(email=email, password=WRONG)
    problem = refused(reply, 401, "bad_credentials")
    assert problem["detail"] == "Check both and try again."
    assert reply.headers["www-authenticate"] == "Bearer"


def test_somebody_who_was_switched_off_is_told_the_same(front: Front) -> None:
    token = front.sign_in().json()["token"]
    front.switch_off(front.company.anna)
    refused(front.sign_in(), 401, "bad_credentials")
    assert me_with(front, token) == 401


def test_signing_out_ends_this_device_only(front: Front) -> None:
    first = front.sign_in().json()["token"]
    second = front.sign_in(device_id=OTHER_DEVICE).json()["token"]
    reply = front.ask("DELETE", "/api/v1/auth/token", headers={"Authorization": f"Bearer {first}"})
    assert (reply.status_code, reply.content) == (204, b"")
    assert me_with(front, first) == 401
    assert me_with(front, second) == 200


def test_signing_in_again_ends_the_devices_older_token(front: Front) -> None:
    first = front.sign_in().json()["token"]
    second = front.sign_in().json()["token"]
    assert me_with(front, first) == 401
    assert me_with(front, second) == 200


def test_ten_wrong_tries_are_enough_for_five_minutes(front: Front) -> None:
    for _ in range(10):
        refused(front.sign_in(password=WRONG), 401, "bad_credentials")
    front.company.clock.advance(minutes=2)
    reply = front.sign_in()
    refused(reply, 429, "too_many_requests")
    assert reply.headers["retry-after"] == "180"
    front.company.clock.advance(minutes=3)
    assert front.sign_in().status_code == 201


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"email": "x"}, "email"),
        ({"email": 5}, "email"),
        ({"password": ""}, "password"),
        ({"password": "x" * 1025}, "password"),
        ({"device_name": ""}, "device_name"),
        ({"device_name": None}, "device_name"),
        ({"device_id": "laptop"}, "device_id"),
        ({"is_admin": True}, "is_admin"),
    ],
)
def test_a_field_that_is_not_right_is_named(front: Front, said: dict[str, Any], field: str) -> None:
    refused(front.sign_in(**said), 422, "invalid", field)


def test_every_wrong_field_is_named(front: Front) -> None:
    reply = front.ask("POST", "/api/v1/auth/token", json={"email": 1, "device_name": "", "extra": 0})
    refused(reply, 422, "invalid", "email", "password", "device_name", "device_id", "extra")


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer hk_wrong", "Bearer other", "hk_wrong"]
)
def test_nothing_opens_without_a_token(front: Front, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    reply = front.ask("GET", "/api/v1/me", headers=headers)
    refused(reply, 401, "not_signed_in")
    assert reply.headers["www-authenticate"] == "Bearer"


def test_no_secret_is_ever_logged(front: Front) -> None:
    said = front.sign_in().json()
    token = said["token"]
    front.sign_in(email="nobody@demo.test", password=WRONG)
    me_with(front, token)
    log = front.out.getvalue().decode()
    for secret in (token, token[3:], PASSWORD, WRONG, "nobody@demo.test"):
        assert secret not in log
    assert front.said("Signed in") == [
        {"level": "info", "user_id": front.company.anna.principal.user_id, "token_id": said["token_id"]}
    ]


def test_the_token_itself_is_not_in_the_database(front: Front, company: Company) -> None:
    token = front.sign_in().json()["token"]
    [(kept,)] = company.rows("SELECT token_hash FROM device_tokens")
    assert token not in kept
