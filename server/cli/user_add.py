"""How does somebody get an account?"""

from __future__ import annotations

from typing import Final

from server.cli.database import change
from server.cli.invocation import Invocation, Refused
from server.domain.messages import Role
from server.domain.passwords import hash_password
from server.services import accounts

SHORTEST: Final = 8
LONGEST: Final = 1024
LONGEST_EMAIL: Final = 320
LONGEST_NAME: Final = 200


def run(invocation: Invocation) -> None:
    asked = invocation.asked
    email, name = _email(asked.email), _name(asked.name)
    password_hash = hash_password(_password(invocation.stdin.readline()))
    now_ms = invocation.clock.now_ms()
    change(
        invocation.settings,
        lambda conn: accounts.add_user(conn, email, name, Role(asked.role), password_hash, now_ms),
    )


def _email(text: str) -> str:
    user, _, host = text.strip().rpartition("@")
    if not user or not host or " " in text.strip() or len(text) > LONGEST_EMAIL:
        raise Refused(f"{text!r} is not an e-mail address.")
    return text.strip()


def _name(text: str) -> str:
    if not 1 <= len(text.strip()) <= LONGEST_NAME:
        raise Refused(f"A name has 1 to {LONGEST_NAME} characters.")
    return text.strip()


def _password(line: str) -> str:
    password = line.rstrip("\r\n")
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(f"A password has {SHORTEST} to {LONGEST} characters.")
    return password
