"""What does the API's description say?

The operations are those that are served. The schemas are msgspec's own, because what they say is what is enforced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from litestar import Litestar, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from server.api.problems import TITLES
from server.api.proof import CSRF_HEADER, SECURE_COOKIE
from server.api.wire import NoBody
from server.domain import messages

TITLE: Final = "Hourkeep"
WORDS: Final = (
    "Times are epoch seconds (UTC, whole). Amounts of money are JSON numbers with up to four places: read them as exact "
    "decimals. Every error is an `application/problem+json` document with a stable `code`."
)
REFERENCE: Final = "#/components/schemas/{name}"
MONEY: Final = {"type": "number"}
VERY_END: Final = r"$(?!\n)"  # in Python's words
TEXT: Final = {"type": "string"}
FIRST_ERROR: Final = 400
READING: Final = "get"
BODILESS: Final = (204, 304)
STREAM: Final = "text/event-stream"
TOKEN: Final = "token"  # noqa: S105  # the name of the scheme
SESSION: Final = "session"
BY_COOKIE: Final = f"Everything but GET also needs the session's csrf_token in the header {CSRF_HEADER}."


def describe(routes: Sequence[Router], version: str) -> dict[str, Any]:
    """An OpenAPI 3.1 document."""
    config = OpenAPIConfig(
        title=TITLE,
        version=version,
        description=WORDS,
        security=[{TOKEN: []}, {SESSION: []}],
        components=Components(
            security_schemes={
                TOKEN: SecurityScheme(type="http", scheme="bearer"),
                SESSION: SecurityScheme(
                    type="apiKey", name=SECURE_COOKIE, security_scheme_in="cookie", description=BY_COOKIE
                ),
            },
        ),
    )
    found = Litestar(routes, openapi_config=config, logging_config=None).openapi_schema.to_schema()
    found["components"]["schemas"] = schemas(found["components"]["schemas"])
    for path in found["paths"].values():
        for method, operation in path.items():
            _tidy(operation)
            if method != READING:
                _say_forged(operation["responses"])
    return found


def schemas(named: dict[str, Any]) -> dict[str, Any]:
    """Of all these messages and what they contain."""
    forms = [NoBody if name == NoBody.__name__ else getattr(messages, name) for name in sorted(named)]
    _, found = msgspec.json.schema_components(forms, ref_template=REFERENCE)
    told: dict[str, Any] = _told(found)
    return dict(sorted(told.items()))


def _told(schema: Any) -> Any:
    """Money is written as a number, which msgspec's schema does not know; and a JSON schema's `$` is the very end."""
    match schema:
        case {"type": "string", "format": "decimal", **rest}:
            return MONEY | rest
        case {"pattern": str(pattern), **rest}:
            return {"pattern": pattern.replace(VERY_END, "$"), **rest}
        case dict():
            return {name: _told(value) for name, value in schema.items()}
        case list():
            return [_told(value) for value in schema]
        case _:
            return schema


def _tidy(operation: dict[str, Any]) -> None:
    """Says no less and no more than is so: Litestar's own error answer is never given here, and nothing may be null."""
    for status, reply in list(operation["responses"].items()):
        if int(status) >= FIRST_ERROR and "application/json" in reply.get("content", {}):
            del operation["responses"][status]
        if int(status) in BODILESS:
            reply.pop("content", None)
        if STREAM in reply.get("content", {}):
            reply["content"][STREAM] = {}  # what an event carries is told in words
        _tidy_headers(reply)
    for parameter in operation.get("parameters", ()):
        for flag in ("deprecated", "allowEmptyValue", "allowReserved"):
            parameter.pop(flag, None)
        parameter["schema"] = _bounded(_whole(_never_null(parameter["schema"])))
        parameter["schema"].pop("description", None)  # the parameter has it
    operation.pop("deprecated", None)
    if "requestBody" in operation:
        _tidy_body(operation["requestBody"])


def _say_forged(responses: dict[str, Any]) -> None:
    """Whatever changes something refuses what no page of ours asked with a session's cookie."""
    if "401" in responses and "403" not in responses:
        responses["403"] = responses["401"] | {"description": TITLES[403]}
        for status in sorted(responses):
            responses[status] = responses.pop(status)


def _tidy_headers(reply: dict[str, Any]) -> None:
    """Litestar describes a header that the handler itself sends without the schema that OpenAPI asks for."""
    headers = reply.pop("headers", {})
    if headers:
        reply["headers"] = {
            name: {"description": header["description"], "schema": TEXT} for name, header in headers.items()
        }


def _tidy_body(body: dict[str, Any]) -> None:
    """One that may be left out is not required; it is never `null`."""
    content = body["content"]["application/json"]
    schema = _never_null(content["schema"])
    body["required"] = schema == content["schema"]
    content["schema"] = schema


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in schema.get("oneOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**kinds[0], **{name: value for name, value in schema.items() if name != "oneOf"}}


def _whole(schema: dict[str, Any]) -> dict[str, Any]:
    """200, where Litestar says 200.0."""
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in schema.items()
    }


def _bounded(schema: dict[str, Any]) -> dict[str, Any]:
    """Litestar does not say that nothing is below 0."""
    return {"minimum": 0, **schema} if "maximum" in schema else schema
