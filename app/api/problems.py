"""Why did the server not do what it was asked, in words for people?

Every failure of a call is one of these. `code` is stable and names what a window says at sign-in. The words name the
server's address and never a token or a password.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import AppError

if TYPE_CHECKING:
    from app.api.models import Problem


class ApiProblem(AppError):
    """`str` is one line for the person."""

    code = "server"


class BadAddress(ApiProblem):
    """What was typed is no address; nothing was sent."""

    code = "bad_address"


# ---- no answer: everything may still arrive later -------------------------------------------------------


class Unreachable(ApiProblem):
    """No connection, or it broke: the request may or may not have arrived."""

    code = "unreachable"


class TimedOut(ApiProblem):
    """The server was reached and said nothing in time: the request may have arrived."""

    code = "unreachable"


class TlsFailed(ApiProblem):
    """No secure connection; there is no way around it."""

    code = "tls"


# ---- not our server's answer ------------------------------------------------------------------------------


class Portal(ApiProblem):
    """Somebody else answers: a network's sign-in page, a proxy, another product. Says nothing about the account."""

    code = "not_hourkeep"


class NotHourkeep(ApiProblem):
    """What answers at this address is no Hourkeep server."""

    code = "not_hourkeep"


class Garbage(ApiProblem):
    """An answer that cannot be read, as when it was cut off; to be asked again."""


# ---- our server's answer ------------------------------------------------------------------------------------


class Unauthorised(ApiProblem):
    """Our server does not take this token, or not this e-mail and password."""

    code = "bad_credentials"


class Forbidden(ApiProblem):
    """Our server refuses this account or device."""


class Busy(ApiProblem):
    """Too much at once. `retry_after_s`: ask again no earlier than in so many seconds; None when it was not said."""

    def __init__(self, text: str, *, code: str, retry_after_s: int | None) -> None:
        super().__init__(text)
        self.code = code
        self.retry_after_s = retry_after_s


class ServerFailed(ApiProblem):
    """It could not do its work now. `status` is the HTTP status."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


class TooLarge(ApiProblem):
    """The request is larger than the server takes."""


class UpgradeNeeded(ApiProblem):
    """The server is too new for this app."""

    code = "upgrade"


class Refused(ApiProblem):
    """Our server understood and will not do it; asking again changes nothing."""

    def __init__(self, text: str, problem: Problem) -> None:
        super().__init__(text)
        self.problem = problem
