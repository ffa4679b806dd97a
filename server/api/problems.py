"""How is a refusal or a failure answered?

Always as RFC 9457 `application/problem+json` with a stable `code`; never with the words of an unexpected exception.
"""

from __future__ import annotations

from typing import Any, Final

from litestar import Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import ParameterKwarg
from litestar.typing import FieldDefinition
from structlog.contextvars import get_contextvars

from server.api.events import TIMER_ACTIONS, timer_failed
from server.api.fields import MISSING, from_words
from server.api.office import Ask, office_of
from server.api.refusals import StorageUnavailable, TooLarge, Unexpected, WrongMethod
from server.api.wire import Answer
from server.db.failures import is_taken
from server.db.session import ConstraintBroken
from server.domain.errors import CORRECT_IT, Conflict, Invalid, NotFound, Refusal, Stale
from server.domain.messages import FieldError, Problem

MEDIA_TYPE: Final = "application/problem+json"
RETRY_S: Final = 5
HEADERS: Final = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": str(RETRY_S)},
    503: {"Retry-After": str(RETRY_S)},
}


KNOWN: Final = {400: Refusal, 404: NotFound, 405: WrongMethod, 413: TooLarge}
BODY: Final = "data"
TITLES: Final = {
    400: "The request cannot be read",
    401: "Not signed in, or e-mail or password is wrong",
    403: "No access",
    404: "There is no such thing",
    409: "This does not fit the present state",
    413: "The request is too large",
    415: "The body is not JSON, or packed in a way that is not known",
    422: "Some fields are not right, or the key was used for another request",
    423: "The budget is locked, or the period is closed",
    429: "Too many tries",
    500: "Something went wrong on the server",
    503: "Too much is asked at once, or the database does not answer or cannot write",
}


def documented(*statuses: int) -> dict[int, ResponseSpec]:
    """The problem answers of an operation, for its description. One that has none of its own asks no database."""
    return {
        status: ResponseSpec(
            Problem, generate_examples=False, description=TITLES[status], media_type=MEDIA_TYPE
        )
        for status in sorted({*statuses, 500, *([503] if statuses else [])})
    }


def problem_of(refusal: Refusal) -> Problem:
    problem = Problem(
        type="about:blank",
        title=refusal.title,
        status=refusal.status,
        code=refusal.code,
        detail=refusal.detail,
    )
    if refusal.errors:
        problem.errors = refusal.errors
    if isinstance(refusal, Stale):
        problem.current = refusal.current
    if request_id := get_contextvars().get("request_id"):
        problem.request_id = request_id
    return problem


def headers_of(refusal: Refusal) -> dict[str, str]:
    headers = dict(HEADERS.get(refusal.status, {}))
    if refusal.retry_after_s is not None:
        headers["Retry-After"] = str(refusal.retry_after_s)
    return headers


def answer(refusal: Refusal) -> Response[Problem]:
    return Answer(
        problem_of(refusal),
        status_code=refusal.status,
        headers=headers_of(refusal),
        media_type=MEDIA_TYPE,
    )


def on_refusal(request: Ask, refusal: Refusal) -> Response[Problem]:
    if request.scope["path"] in TIMER_ACTIONS:
        timer_failed(office_of(request).log, refusal.code)
    return answer(refusal)


def on_http_exception(request: Ask, failure: HTTPException) -> Response[Problem]:
    """What the web framework itself refuses."""
    if isinstance(failure, ValidationException):
        return on_refusal(request, _invalid(request, failure))
    kind = KNOWN.get(failure.status_code)
    if kind is None:
        return on_failure(request, failure)
    reply = answer(kind(_words(kind)))
    for name, value in (failure.headers or {}).items():
        reply.headers[name] = value
    return reply


def on_failure(request: Ask, failure: Exception) -> Response[Problem]:
    """A bug, or a broken machine: logged here, once, with its traceback."""
    _log(request, failure)
    return answer(Unexpected("It was written to the server's log. Try again later."))


def on_storage_failed(request: Ask, failure: Exception) -> Response[Problem]:
    """Nothing was written, and the same request may work in a moment."""
    _log(request, failure)
    return answer(StorageUnavailable("Nothing was changed. Try again in a few seconds."))


def on_constraint_broken(request: Ask, failure: ConstraintBroken) -> Response[Problem]:
    """Somebody took the same key at the same moment, again and again; any other constraint is a bug."""
    if is_taken(failure):
        return on_refusal(request, Conflict("Somebody else did the same at this moment. Ask again."))
    return on_failure(request, failure)


def _log(request: Ask, failure: Exception) -> None:
    event = "Timer failed" if request.scope["path"] in TIMER_ACTIONS else "Request failed"
    office_of(request).log.error(event, error=type(failure).__name__, exc_info=failure)


def _invalid(request: Ask, failure: ValidationException) -> Invalid:
    """Names what is wrong as the request does, not as the handler does."""
    asked = request.route_handler.parsed_fn_signature.parameters
    wrong = failure.extra if isinstance(failure.extra, list) else []
    return Invalid(
        CORRECT_IT,
        errors=[error for each in wrong for error in _named(each, asked)],
    )


def _named(wrong: dict[str, Any], asked: dict[str, FieldDefinition]) -> list[FieldError]:
    """Litestar also complains of a body that may be left out, and was, when something else is wrong."""
    key = str(wrong.get("key", "query"))
    if key == BODY:
        return [FieldError("body", MISSING)] if asked[BODY].is_required else []
    known = asked.get(key)
    definition = None if known is None else known.kwarg_definition
    told = definition.name if isinstance(definition, ParameterKwarg) else None
    return [FieldError(told or key, from_words(str(wrong.get("message", ""))).message)]


def _words(kind: type[Refusal]) -> str:
    match kind.status:
        case 404:
            return "Nothing is at this address."
        case 405:
            return "This address does not take that method."
        case 413:
            return "Send less at once."
        case _:
            return "It is not well formed."
