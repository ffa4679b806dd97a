"""Which refusals can a person or a client meet, by stable code?"""

from __future__ import annotations

from typing import Final

from server.domain.messages import FieldError, TimeLog

CORRECT_IT: Final = "Correct what is named and ask again."


class Refusal(Exception):
    """A request that cannot be done. `status` is the HTTP status, `code` never changes, `detail` says what to do."""

    status = 400
    code = "bad_request"
    title = "The request cannot be read"

    def __init__(
        self, detail: str, *, errors: list[FieldError] | None = None, retry_after_s: int | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors or []
        self.retry_after_s = retry_after_s


class NotSignedIn(Refusal):
    status, code, title = 401, "not_signed_in", "Sign in first"


class BadCredentials(Refusal):
    status, code, title = 401, "bad_credentials", "E-mail or password is wrong"


class Forbidden(Refusal):
    status, code, title = 403, "forbidden", "You have no access to this"


class NotFound(Refusal):
    status, code, title = 404, "not_found", "There is no such thing"


class Conflict(Refusal):
    status, code, title = 409, "conflict", "This does not fit the present state"


class NoTimer(Conflict):
    code, title = "no_timer", "No timer is running"


class NotPaused(Conflict):
    code, title = "not_paused", "The timer is not paused"


class AlreadyPaused(Conflict):
    code, title = "already_paused", "The timer is paused already"


class BudgetReached(Conflict):
    code, title = "budget_reached", "The project's budget is used up"


class Stale(Conflict):
    """Somebody else changed it since it was read. `current`: as it is now."""

    code, title = "stale", "It was changed in the meantime"

    def __init__(self, detail: str, current: TimeLog) -> None:
        super().__init__(detail)
        self.current = current


class KeyReused(Refusal):
    status, code, title = 422, "idempotency_key_reused", "This key was used for another request"


class Invalid(Refusal):
    status, code, title = 422, "invalid", "Some fields are not right"


class Locked(Refusal):
    status, code, title = 423, "locked", "The budget is locked"


class PeriodClosed(Refusal):
    status, code, title = 423, "period_closed", "This period is closed"


class TooMany(Refusal):
    status, code, title = 429, "too_many_requests", "Too many tries"
