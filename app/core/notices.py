"""What does the app tell a person who did not ask?

Facts only; the words for them are chosen where they are shown, in the person's language.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from app.core.screen import Account


class NoticeKind(StrEnum):
    """Each with the names of its `values`; `text` is the server's English sentence, `error` an AppError."""

    LOGGED = "logged"  # issue_key, seconds, cost (Decimal or None), currency
    HELD = "held"  # issue_key or None, code, text
    REJECTED = "rejected"  # code, text
    SIGN_IN_NEEDED = "sign_in_needed"  # waiting
    NO_KEYRING = "no_keyring"  # path
    STARTED_ELSEWHERE = "started_elsewhere"  # issue_key
    STOPPED_ELSEWHERE = "stopped_elsewhere"  # issue_key
    LOWERED = "lowered"  # seconds, reason (Reason): what is shown of today went back
    REFUSED = "refused"  # the server has refused this account for hours
    NO_TLS = "no_tls"  # text: what is wrong with the certificate
    UPGRADE = "upgrade"  # the server does not understand this version any more
    WRONG_SERVER = "wrong_server"  # another server answers at the address
    SENT_AGAIN = "sent_again"  # the device has a new name, under which it sends everything once more
    TROUBLE = "trouble"  # error: something is wrong with the recorded time on this device
    SETTINGS = "settings"  # error


class Reason(StrEnum):
    """Why less is counted than was shown. CORRECTED: somebody changed or deleted it, here, elsewhere or for its user."""

    HELD = "held"
    TRIMMED = "trimmed"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Notice:
    kind: NoticeKind
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignInResult:
    """`account` None: it failed. `code` is stable, `error` one English sentence, `note` what the person should know."""

    account: Account | None = None
    code: str | None = None
    error: str | None = None
    note: str | None = None
