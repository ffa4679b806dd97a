"""How do accounts, devices and passwords look from outside, and can somebody get more than is theirs?"""

from __future__ import annotations

import threading
from typing import Any

import pytest

from server.domain.messages import Role
from tests.server.api.front import DEVICE, PASSWORD, Caller, Front, refused
from tests.server.company import Person
from tests.server.daytime import at

OTHER_DEVICE = DEVICE.replace("1", "2")
NEW = {"email": "carl@demo.test", "name": "Carl", "role": "member", "password": "a good one"}


@pytest.fixture
def root(front: Front) -> Caller:
    return front.caller(front.company.hire("root", [], Role.ADMIN))


@pytest.fixture
def boss(front: Front) -> Caller:
    """Manager of BP."""
    return front.caller(front.company.hire("boss", ["BP"], Role.MANAGER))


def path_of(person: Person) -> str:
    return f"/users/{person.principal.user_id}"


# ---- accounts


def test_a_new_colleague_signs_in(front: Front, root: Caller) -> None:
    made = root.post("/users", NEW)
    assert made.status_code == 201
    carl = made.json()
    assert carl == {
        "id": carl["id"],
        "email": "carl@demo.test",
        "name": "Carl",
        "role": "member",
        "is_active": True,
        "created_at": at("8:00"),
        "updated_at": at("8:00"),
    }
    assert root.get(f"/users/{carl['id']}") == carl
    assert front.sign_in("carl@demo.test", "a good one").status_code == 201


def test_without_a_password_nobody_signs_in(front: Front, root: Caller) -> None:
    root.post("/users", {name: value for name, value in NEW.items() if name != "password"})
    refused(front.sign_in("carl@demo.test", "a good one"), 401, "bad_credentials")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"email": "carl"}, "email"),
        ({"email": "carl@demo.test\n"}, "email"),
        ({"email": "ca rl@demo.test"}, "email"),
        ({"email": "carl\0@demo.test"}, "email"),
        ({"name": "  "}, "name"),
        ({"name": "Carl\r\nSet-Cookie: x"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"role": "owner"}, "role"),
        ({"password": "short"}, "password"),
        ({"password": None}, "password"),
        ({"id": 1}, "id"),
        ({"is_active": True}, "is_active"),
        ({"password_hash": "x"}, "password_hash"),
    ],
)
def test_a_field_that_is_not_right_is_named(root: Caller, said: dict[str, Any], field: str) -> None:
    refused(root.post("/users", {**NEW, **said}), 422, "invalid", field)


@pytest.mark.parametrize("name", ["id", "revision", "password_hash", "created_at", "email_verified"])
def test_nothing_else_can_be_slipped_in(front: Front, root: Caller, name: str) -> None:
    reply = root.ask("PATCH", path_of(front.company.anna), json={name: 1})
    refused(reply, 422, "invalid", name)


@pytest.mark.parametrize("user_id", ["0", "-1", "9007199254740992", "1" + "0" * 30])
def test_an_id_that_is_none(root: Caller, user_id: str) -> None:
    assert root.ask("GET", f"/users/{user_id}").status_code in (404, 422)


def test_nobody_raises_themselves(front: Front, anna: Caller, boss: Caller) -> None:
    for caller in (anna, boss):
        reply = caller.ask("PATCH", f"/users/{caller.principal.user_id}", json={"role": "admin"})
        refused(reply, 403, "forbidden")
        assert caller.get("/me")["role"] == caller.principal.role


def test_who_may_not_cannot_keep_the_server_busy_with_passwords(front: Front, anna: Caller) -> None:
    """Hashing takes long on purpose: the right is asked first, and no thread of the door has had work."""
    refused(anna.post("/users", NEW), 403, "forbidden")
    refused(anna.ask("PATCH", "/users/1", json={"password": "long enough"}), 403, "forbidden")
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("password")]


def test_a_reset_password(front: Front, root: Caller, anna: Caller) -> None:
    reply = root.ask("PATCH", path_of(front.company.anna), json={"password": "another one"})
    assert reply.status_code == 200
    assert anna.ask("GET", "/me").status_code == 401
    assert front.sign_in(password="another one").status_code == 201


# ---- one's own password


@pytest.fixture
def with_password(front: Front) -> Caller:
    """Anna, who knows hers."""
    front.give_password(front.company.anna)
    return front.caller(front.company.anna)


def change(caller: Caller, old: str, new: str = "a new one") -> Any:
    return caller.ask("PUT", "/me/password", json={"old_password": old, "new_password": new})


def test_a_new_password_ends_the_other_sign_ins(front: Front, with_password: Caller) -> None:
    other = front.sign_in(device_id=OTHER_DEVICE).json()["token"]
    assert change(with_password, PASSWORD).json() == {"count": 1}
    assert with_password.ask("GET", "/me").status_code == 200
    assert Caller(front, with_password.principal, other).ask("GET", "/me").status_code == 401
    refused(front.sign_in(), 401, "bad_credentials")
    assert front.sign_in(password="a new one").status_code == 201


def test_a_wrong_old_one_changes_nothing_and_signs_nobody_out(front: Front, with_password: Caller) -> None:
    refused(change(with_password, "wrong"), 422, "invalid", "old_password")
    assert front.sign_in().status_code == 201


def test_it_cannot_be_guessed_with_a_stolen_token(with_password: Caller) -> None:
    for _ in range(10):
        refused(change(with_password, "wrong"), 422, "invalid", "old_password")
    refused(change(with_password, PASSWORD), 429, "too_many_requests")


def test_whoever_has_none_changes_none(anna: Caller) -> None:
    refused(change(anna, "anything"), 422, "invalid", "old_password")


# ---- devices


def test_when_a_device_was_last_used(front: Front, anna: Caller, ben: Caller) -> None:
    assert [device["last_used_at"] for device in anna.get("/devices")["items"]] == [None]
    assert [device["last_used_at"] for device in anna.get("/devices")["items"]] == [at("8:00")]
    front.company.clock.advance(minutes=4)
    anna.get("/me")
    assert anna.get("/devices")["items"][0]["last_used_at"] == at("8:00")
    front.company.clock.advance(minutes=1)
    anna.start("BP-1")
    assert anna.get("/devices")["items"][0]["last_used_at"] == at("8:05")
    [of_ben] = ben.get("/devices")["items"]
    assert of_ben["last_used_at"] is None


def test_a_revoked_device_is_out_at_once(front: Front, with_password: Caller) -> None:
    said = front.sign_in(device_id=OTHER_DEVICE).json()
    other = Caller(front, with_password.principal, said["token"])
    assert other.ask("GET", "/me").status_code == 200
    assert with_password.ask("DELETE", f"/devices/{said['token_id']}").status_code == 204
    assert other.ask("GET", "/me").status_code == 401
    assert with_password.ask("GET", "/me").status_code == 200


def test_revoke_all_others(front: Front, with_password: Caller) -> None:
    front.sign_in(device_id=OTHER_DEVICE)
    assert with_password.post("/devices/revoke-others").json() == {"count": 1}
    assert len(with_password.get("/devices")["items"]) == 1


def test_signing_in_and_out_is_in_the_trail(front: Front, with_password: Caller, root: Caller) -> None:
    token = front.sign_in(device_id=OTHER_DEVICE).json()["token"]
    Caller(front, with_password.principal, token).ask("DELETE", "/auth/token")
    entries = root.get("/audit", subject_type="device")["items"]
    assert [entry["action"] for entry in entries] == ["device.revoked", "device.added"]
    assert entries[1]["after"] == {"name": "Laptop", "user_id": with_password.principal.user_id}
    assert token not in front.out.getvalue().decode()
    assert all(token not in str(entry) and PASSWORD not in str(entry) for entry in entries)


# ---- what others see of a person


def test_a_manager_learns_only_of_their_people(front: Front, boss: Caller) -> None:
    front.company.hire("carla", ["WEB"])
    assert [user["name"] for user in boss.get("/users")["items"]] == ["Anna", "Ben", "Boss"]
    assert boss.get("/users", q="carla")["items"] == []


def test_the_trail_holds_no_secret(front: Front, root: Caller) -> None:
    made = root.post("/users", NEW).json()
    root.ask("PATCH", f"/users/{made['id']}", json={"password": "another one", "name": "Charles"})
    entries = root.get("/audit", subject_type="user")["items"]
    assert entries[0]["after"] == {"name": "Charles", "password": "set"}
    for secret in ("a good one", "another one", "argon2"):
        assert secret not in str(entries)
        assert secret not in front.out.getvalue().decode()
