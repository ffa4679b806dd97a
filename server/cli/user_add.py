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
    try:
        password = _password(invocation.stdin.readline())
    except UnicodeDecodeError as failure:
        raise Refused("The password is not text.") from failure
    password_hash = hash_password(password)
    now_ms = invocation.clock.now_ms()
    change(
        invocation.settings,
        lambda conn: accounts.add_user(conn, email, name, Role(asked.role), password_hash, now_ms),
    )


def _email(text: str) -> str:
    user, _, host = text.strip().rpartition("@")
    if not (user and host and _is_text(text.strip())) or " " in text.strip() or len(text) > LONGEST_EMAIL:
        raise Refused(f"{text!r} is not an e-mail address.")
    return text.strip()


def _name(text: str) -> str:
    if not 1 <= len(text.strip()) <= LONGEST_NAME or not _is_text(text.strip()):
        raise Refused(f"A name has 1 to {LONGEST_NAME} printable characters.")
    return text.strip()


def _password(line: str) -> str:
    password = line.rstrip("\r\n")
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(f"A password has {SHORTEST} to {LONGEST} characters.")
    return password


def _is_text(words: str) -> bool:
    """Bytes of another encoding come from the command line as lone surrogates, which are not printable either."""
    return words.isprintable()
