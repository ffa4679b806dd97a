"""What does signing in ask for, and how did it end?"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.core.notices import SignInResult


@dataclass(frozen=True, slots=True)
class SignInAsked:
    """`number` names the try, so that its end finds the window that waits for it."""

    number: int
    server_url: str
    email: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignInEnded:
    number: int
    result: SignInResult
    token_path: str | None = None  # where the token is kept when there is no keyring
