"""Whose token is this, and does it still open the door?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from server.db.tables import metadata
from server.domain.errors import Conflict
from server.domain.messages import Role, ServerInfo
from server.domain.passwords import hash_password, verify_password
from server.domain.principal import Principal
from server.services.staff import accounts, sign_ins
from tests.server.company import Company, Person

LAPTOP = "00000000-0000-4000-8000-00000000000a"
DESKTOP = "00000000-0000-4000-8000-00000000000b"


@pytest.fixture
def anna(company: Company) -> Person:
    return company.anna


def sign_in(person: Person, device_id: str = LAPTOP) -> str:
    company = person.company
    token, _ = company.database.run(
        lambda conn: accounts.issue_token(
            conn, person.principal.user_id, "a device", device_id, company.clock.now_ms()
        )
    )
    return token


def who(company: Company, token: str) -> Principal | None:
    return company.database.read(lambda conn: accounts.authenticate(conn, token, company.clock.now_ms()))


def test_a_token_says_who_and_where(anna: Person, company: Company) -> None:
    token = sign_in(anna)
    principal = who(company, token)
    assert principal is not None
    assert (principal.user_id, principal.email, principal.name) == (
        anna.principal.user_id,
        "anna@demo.test",
        "Anna",
    )
    assert (principal.role, principal.device_id) == (Role.MEMBER, LAPTOP)


def test_a_token_is_stored_nowhere(anna: Person, company: Company) -> None:
    token = sign_in(anna)
    everything = repr([company.rows(f"SELECT * FROM {table}") for table in metadata.tables])  # noqa: S608
    assert LAPTOP in everything
    assert token not in everything


def test_tokens_are_never_the_same(anna: Person) -> None:
    assert len({sign_in(anna, DESKTOP) for _ in range(20)}) == 20


def test_a_device_has_one_token(anna: Person, company: Company) -> None:
    first = sign_in(anna)
    second = sign_in(anna)
    assert who(company, first) is None
    assert who(company, second) is not None


def test_devices_and_people_have_their_own(anna: Person, company: Company) -> None:
    tokens = [sign_in(anna), sign_in(anna, DESKTOP), sign_in(company.ben)]
    found = [who(company, token) for token in tokens]
    assert [(each.name, each.device_id) for each in found if each is not None] == [
        ("Anna", LAPTOP),
        ("Anna", DESKTOP),
        ("Ben", LAPTOP),
    ]


def test_signing_out_ends_this_token_only(anna: Person, company: Company) -> None:
    laptop, desktop = sign_in(anna), sign_in(anna, DESKTOP)
    principal = who(company, laptop)
    assert principal is not None
    for _ in range(2):
        company.database.run(lambda conn: sign_ins.sign_out(conn, principal, company.clock.now_ms()))
    assert who(company, laptop) is None
    assert who(company, desktop) is not None


def test_a_token_that_expires(anna: Person, company: Company) -> None:
    token = sign_in(anna)
    company.write("UPDATE device_tokens SET expires_at = ?", company.clock.now_ms() + 1000)
    assert who(company, token) is not None
    company.clock.advance(seconds=1)
    assert who(company, token) is None


def test_a_person_who_was_switched_off(anna: Person, company: Company) -> None:
    token = sign_in(anna)
    company.write("UPDATE users SET is_active = ? WHERE id = ?", False, anna.principal.user_id)
    assert who(company, token) is None
    found = company.database.read(lambda conn: accounts.credentials(conn, "anna@demo.test"))
    assert found is not None
    assert not found.is_active


@pytest.mark.parametrize(
    "token", ["", "hk_", "hk_x", "Bearer hk_x", "x" * 10_000, "hk_\0", "hk_' OR 1=1 --", "hk_ü"]
)
def test_what_is_no_token(anna: Person, company: Company, token: str) -> None:
    sign_in(anna)
    assert who(company, token) is None


def test_what_lies_in_the_database_is_no_token(anna: Person, company: Company) -> None:
    sign_in(anna)
    [(stored,)] = company.rows("SELECT token_hash FROM device_tokens")
    for tried in (stored, f"hk_{stored}"):
        assert who(company, tried) is None


# ---- people


def test_an_e_mail_is_the_same_in_any_case(company: Company) -> None:
    found = company.database.read(lambda conn: accounts.credentials(conn, "  ANNA@Demo.Test "))
    assert found is not None
    assert found.user_id == company.anna.principal.user_id
    assert company.database.read(lambda conn: accounts.credentials(conn, "nobody@demo.test")) is None


@pytest.mark.parametrize("email", ["anna@demo.test", "Anna@Demo.test", " anna@demo.test"])
def test_an_e_mail_belongs_to_one_person(company: Company, email: str) -> None:
    with pytest.raises(Conflict):
        company.database.run(lambda conn: accounts.add_user(conn, email, "Anna Two", Role.MEMBER, None, 0))


def test_a_password_is_kept_as_a_hash(company: Company) -> None:
    password_hash = hash_password("correct horse")
    company.database.run(
        lambda conn: accounts.add_user(conn, "carl@demo.test", "Carl", Role.MANAGER, password_hash, 0)
    )
    found = company.database.read(lambda conn: accounts.credentials(conn, "carl@demo.test"))
    assert found is not None
    assert found.password_hash is not None
    assert verify_password(found.password_hash, "correct horse")
    assert not verify_password(found.password_hash, "Correct horse")
    assert "horse" not in found.password_hash


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$v=19$m=65536,t=3,p=4$broken"])
def test_a_hash_that_cannot_be_read_fits_no_password(stored: str) -> None:
    assert not verify_password(stored, "anything")


def test_me(anna: Person, company: Company) -> None:
    info = ServerInfo("hourkeep", company.server.server_id, "Demo Company", "0.1.0", 1)
    me = company.database.read(lambda conn: accounts.me(conn, anna.principal, info, company.clock.now_ms()))
    assert (me.id, me.email, me.name, me.role) == (
        anna.principal.user_id,
        "anna@demo.test",
        "Anna",
        Role.MEMBER,
    )
    assert me.rate is not None
    assert (me.rate.rate_amount, me.server) == (Decimal(50), info)
