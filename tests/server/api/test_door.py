"""How often may somebody try, and does the time taken tell who has an account?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from server.api.door import CHECKS_AT_ONCE, Door, Verify
from server.domain.errors import BadCredentials, TooMany
from server.domain.messages import SignIn
from server.live.gate import Tries, network_of
from tests.server.api.front import DEVICE
from tests.server.company import Company

MINUTE = 60_000
WRONG = "wrong"
HERE = "203.0.113.7"


class Checks:
    """Believes one password, and remembers which hashes it was asked about."""

    def __init__(self) -> None:
        self.hashes: list[str] = []

    def __call__(self, password_hash: str, password: str) -> bool:
        self.hashes.append(password_hash)
        return password == "right"


@pytest.fixture
def checks() -> Checks:
    return Checks()


class WatchedDoor(Door):
    """A door with an event loop of its own. Closing it closes its database."""

    def __init__(self, company: Company, verify: Verify) -> None:
        self.own = company.served()
        self.runner = asyncio.Runner()
        super().__init__(self.own, company.clock, verify)

    def close(self) -> None:
        super().close()
        self.runner.run(self.own.close())
        self.runner.close()


@pytest.fixture
def door(company: Company, checks: Checks) -> Iterator[WatchedDoor]:
    for person in (company.anna, company.ben):
        user_id = person.principal.user_id
        company.write("UPDATE users SET password_hash = ? WHERE id = ?", f"hash of {user_id}", user_id)
    door = WatchedDoor(company, checks)
    yield door
    door.close()


def knock(door: WatchedDoor, email: str, password: str = WRONG, address: str = HERE) -> None:
    door.runner.run(door.sign_in(SignIn(email, password, "Laptop", DEVICE), address))


def knock_often(door: WatchedDoor, times: int, email: str = "anna@demo.test", address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(BadCredentials):
            knock(door, email, address=address)


def test_one_hash_is_checked_whoever_knocks(door: WatchedDoor, checks: Checks) -> None:
    """So that an unknown e-mail takes as long as a known one."""
    knock_often(door, 1, "anna@demo.test")
    knock_often(door, 1, "nobody@demo.test")
    known, unknown = checks.hashes
    assert known.startswith("hash of")
    assert unknown.startswith("$argon2id$")


def test_a_right_password_of_nobody_opens_nothing(door: WatchedDoor) -> None:
    with pytest.raises(BadCredentials):
        knock(door, "nobody@demo.test", "right")


def test_the_eleventh_try_for_one_e_mail_waits(door: WatchedDoor, checks: Checks) -> None:
    knock_often(door, 10)
    with pytest.raises(TooMany) as refusal:
        knock(door, "anna@demo.test", "right", address="203.0.113.99")
    assert refusal.value.retry_after_s == 300
    assert len(checks.hashes) == 10


def test_other_people_are_not_kept_out(door: WatchedDoor) -> None:
    knock_often(door, 10)
    knock(door, "ben@demo.test", "right")


def test_a_success_forgives_the_e_mails_failures(door: WatchedDoor) -> None:
    knock_often(door, 9)
    knock(door, "anna@demo.test", "right")
    knock_often(door, 10)


def test_after_five_minutes_one_may_try_again(door: WatchedDoor, company: Company) -> None:
    knock_often(door, 10)
    company.clock.advance(minutes=4, seconds=59)
    with pytest.raises(TooMany) as refusal:
        knock(door, "anna@demo.test")
    assert refusal.value.retry_after_s == 1
    company.clock.advance(seconds=1)
    knock(door, "anna@demo.test", "right")


def test_one_address_cannot_try_everybody(door: WatchedDoor) -> None:
    for number in range(60):
        knock_often(door, 1, f"person{number}@demo.test")
    with pytest.raises(TooMany):
        knock(door, "ben@demo.test", "right")
    knock(door, "ben@demo.test", "right", address="203.0.113.99")


def test_the_addresses_of_one_network_count_as_one(door: WatchedDoor) -> None:
    """Whoever has one address of IPv6 has as many as they like beside it."""
    for number in range(60):
        knock_often(door, 1, f"person{number}@demo.test", f"2001:db8:0:1::{number:x}")
    with pytest.raises(TooMany):
        knock(door, "ben@demo.test", "right", address="2001:db8:0:1:ffff::1")
    knock(door, "ben@demo.test", "right", address="2001:db8:0:2::1")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::"),
        ("fe80::1%eth0", "fe80::"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_where_somebody_is(address: str, counted: str) -> None:
    assert network_of(address) == counted


def test_an_office_behind_one_address_can_sign_in(door: WatchedDoor) -> None:
    for _ in range(70):
        knock(door, "ben@demo.test", "right")


def test_many_at_once_are_no_way_around(door: WatchedDoor, checks: Checks) -> None:
    async def rush() -> list[object]:
        tries = (
            door.sign_in(SignIn("anna@demo.test", f"guess {number}", "Laptop", DEVICE), HERE)
            for number in range(30)
        )
        return list(await asyncio.gather(*tries, return_exceptions=True))

    results = door.runner.run(rush())
    assert [type(result) for result in results].count(BadCredentials) == 10
    assert [type(result) for result in results].count(TooMany) == 20
    assert len(checks.hashes) == 10


def test_only_a_few_passwords_are_checked_at_once(door: WatchedDoor) -> None:
    """Each takes 64 MiB."""
    assert door._threads._max_workers == CHECKS_AT_ONCE == 2


def test_an_account_that_changes_meanwhile_opens_nothing(company: Company) -> None:
    user_id = company.anna.principal.user_id

    def slow(_password_hash: str, _password: str) -> bool:
        company.write("UPDATE users SET is_active = ? WHERE id = ?", False, user_id)
        return True

    company.write("UPDATE users SET password_hash = 'h' WHERE id = ?", user_id)
    door = WatchedDoor(company, slow)
    with pytest.raises(BadCredentials):
        knock(door, "anna@demo.test", "right")
    door.close()


def test_the_list_of_tries_does_not_grow_without_end() -> None:
    tries = Tries(limit=1, remembered=3)
    for number in range(10):
        tries.begin(f"somebody {number}", now_ms=0)
    assert [tries.wait_ms(f"somebody {number}", now_ms=0) > 0 for number in range(10)] == [False] * 7 + [
        True
    ] * 3


def test_tries_of_the_future_do_not_count() -> None:
    """The server's clock was set back."""
    tries = Tries(limit=1)
    tries.begin("anna", now_ms=10 * MINUTE)
    assert tries.wait_ms("anna", now_ms=0) == 0
