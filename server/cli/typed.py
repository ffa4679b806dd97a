"""Is what was typed about a person usable?"""

from __future__ import annotations

from typing import Final, TextIO

from server.cli.invocation import Refused

SHORTEST: Final = 8
LONGEST: Final = 1024
LONGEST_EMAIL: Final = 320
LONGEST_NAME: Final = 200


def email(text: str) -> str:
    """Refused."""
    user, _, host = text.strip().rpartition("@")
    if not (user and host and _is_text(text.strip())) or " " in text.strip() or len(text) > LONGEST_EMAIL:
        raise Refused(f"{text!r} is not an e-mail address.")
    return text.strip()


def name(text: str) -> str:
    """Refused."""
    if not 1 <= len(text.strip()) <= LONGEST_NAME or not _is_text(text.strip()):
        raise Refused(f"A name has 1 to {LONGEST_NAME} printable characters.")
    return text.strip()


def password(stdin: TextIO) -> str:
    """The first line. Refused."""
    try:
        line = stdin.readline()
    except UnicodeDecodeError as failure:
        raise Refused("The password is not text.") from failure
    said = line.rstrip("\r\n")
    if not SHORTEST <= len(said) <= LONGEST:
        raise Refused(f"A password has {SHORTEST} to {LONGEST} characters.")
    return said


def _is_text(words: str) -> bool:
    """Bytes of another encoding come from the command line as lone surrogates, which are not printable either."""
    return words.isprintable()
