"""Whose answer is this, and what does it say?

A network's sign-in page and another product answer too, with any status. Only what carries the marks of our server
says something about the account, the device or its actions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final, TypeVar

import msgspec

from app.api.models import Problem, SyncMarks
from app.api.problems import (
    ApiProblem,
    Busy,
    Forbidden,
    Garbage,
    Portal,
    Refused,
    ServerFailed,
    TooLarge,
    Unauthorised,
    UpgradeNeeded,
)
from app.api.transport import Reply

SIGN_IN_CODES: Final = {"not_signed_in", "bad_credentials"}
PROBLEM_TYPE: Final = "application/problem+json"
PAUSE_LIMIT_S: Final = 3600  # what a stray proxy says must not stop a device for good
LONG_S: Final = 90
WORDS_LIMIT: Final = 300
UNREADABLE: Final = (msgspec.DecodeError, ValueError, RecursionError)
SECONDS: Final = re.compile(r"[0-9]{1,18}")

Model = TypeVar("Model")
Now = Callable[[], int]


class Judge:
    """For replies from `address`; `now` is epoch seconds."""

    def __init__(self, address: str, now: Now) -> None:
        self._address = address
        self._now = now

    def read(self, reply: Reply, model: type[Model], *, nonce: str | None = None) -> Model:
        """The reply's content; an ApiProblem when it is none of ours or says that something failed.

        With a `nonce`, a reply that does not repeat it and name its server is somebody else's.
        """
        self.require_success(reply)
        try:
            content = msgspec.json.decode(reply.body, type=model)
        except msgspec.ValidationError as error:
            raise self._unknown_shape(reply.body, nonce) from error
        except UNREADABLE as error:
            raise self._no_json(reply) from error
        if nonce is not None and not _is_ours(reply.body, nonce):
            raise self.portal()
        return content

    def require_success(self, reply: Reply) -> None:
        """An ApiProblem unless the status is 2xx and the body no web page."""
        if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            raise self._failure(reply)
        if _is_page(reply):
            raise self.portal()

    def portal(self) -> Portal:
        return Portal(
            f"Something else than Hourkeep answers at {self._address}. "
            "The network may ask you to sign in to it first: open a web page to see."
        )

    def _no_json(self, reply: Reply) -> ApiProblem:
        what = "is empty" if not reply.body else "was cut off or is damaged"
        return Garbage(f"The answer of {self._address} {what}.")

    def _unknown_shape(self, body: bytes, nonce: str | None) -> ApiProblem:
        if nonce is not None and _is_ours(body, nonce):
            return Garbage(f"The answer of {self._address} is not what this version of Hourkeep expects.")
        return self.portal()

    def _failure(self, reply: Reply) -> ApiProblem:
        match reply.status:
            case HTTPStatus.TOO_MANY_REQUESTS | HTTPStatus.SERVICE_UNAVAILABLE:
                return self._busy(reply)
            case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                return TooLarge(f"{self._address} does not take so much at once.")
            case HTTPStatus.UPGRADE_REQUIRED:
                return UpgradeNeeded(
                    f"{self._address} needs a newer Hourkeep. Your time is kept here until then."
                )
            case HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED:
                return self.portal()
            case status if status == HTTPStatus.REQUEST_TIMEOUT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                return ServerFailed(f"{self._address} cannot do its work just now (error {status}).", status)
            case _:
                return self._refusal(reply)

    def _busy(self, reply: Reply) -> Busy:
        pause_s = self._pause(reply)
        again = f"Try again {_when(pause_s)}."
        if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
            return Busy(f"Too many tries at {self._address}. {again}", code="too_many", retry_after_s=pause_s)
        return Busy(f"{self._address} is busy just now. {again}", code="server", retry_after_s=pause_s)

    def _refusal(self, reply: Reply) -> ApiProblem:
        """Every status that says no for good, and redirects: only a problem of ours says it about us."""
        problem = _our_problem(reply)
        if problem is None:
            return self.portal()
        words = f"{self._address} says: {_one_line(problem)}"
        if reply.status == HTTPStatus.UNAUTHORIZED:
            return Unauthorised(words) if problem.code in SIGN_IN_CODES else self.portal()
        if reply.status == HTTPStatus.FORBIDDEN:
            return Forbidden(words)
        return Refused(words, problem)

    def _pause(self, reply: Reply) -> int | None:
        """Retry-After in seconds from now; a date is read by the clock of who wrote it, where it says its time."""
        text = reply.headers.get("Retry-After", "").strip()
        if SECONDS.fullmatch(text):
            return min(int(text), PAUSE_LIMIT_S)
        until = _epoch_seconds(text)
        if until is None:
            return None
        written = _epoch_seconds(reply.headers.get("Date", ""))
        return min(max(0, until - (self._now() if written is None else written)), PAUSE_LIMIT_S)


def _is_page(reply: Reply) -> bool:
    return "html" in reply.headers.get("Content-Type", "").lower() or reply.body.lstrip()[:1] == b"<"


def _is_ours(body: bytes, nonce: str) -> bool:
    try:
        marks = msgspec.json.decode(body, type=SyncMarks)
    except UNREADABLE:
        return False
    return marks.nonce == nonce and marks.server_id != ""


def _our_problem(reply: Reply) -> Problem | None:
    if reply.headers.get("Content-Type", "").partition(";")[0].strip().lower() != PROBLEM_TYPE:
        return None
    try:
        problem = msgspec.json.decode(reply.body, type=Problem)
    except UNREADABLE:
        return None
    return problem if problem.status == reply.status >= HTTPStatus.BAD_REQUEST else None


def _one_line(problem: Problem) -> str:
    title = problem.title.strip().rstrip(".")
    fields = "".join(f" {each.field}: {each.message}" for each in problem.errors)
    words = " ".join(f"{title}. {problem.detail}{fields}".split())
    return "".join(each for each in words if each.isprintable())[:WORDS_LIMIT]


def _when(pause_s: int | None) -> str:
    if pause_s is None:
        return "later"
    if pause_s <= LONG_S:
        return f"in {pause_s} seconds" if pause_s > 1 else "in a moment"
    return f"in {-(-pause_s // 60)} minutes"


def _epoch_seconds(http_date: str) -> int | None:
    try:
        moment = parsedate_to_datetime(http_date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
