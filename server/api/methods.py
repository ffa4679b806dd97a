"""Which methods does an address take?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from litestar import HttpMethod, Response, route
from litestar.handlers import HTTPRouteHandler

from server.api.office import PUBLIC

OPTIONS: Final = HttpMethod.OPTIONS
NO_CONTENT: Final = 204


def told(handlers: Sequence[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """Answers OPTIONS at each address of these.

    Litestar's own answer names only the methods of the first of several handlers of an address.
    """
    methods: dict[str, set[str]] = {}
    for handler in handlers:
        for path in handler.paths:
            methods.setdefault(path, {OPTIONS.value}).update(handler.http_methods)
    return [_answered(path, ", ".join(sorted(known))) for path, known in sorted(methods.items())]


def _answered(path: str, allowed: str) -> HTTPRouteHandler:
    async def allow() -> Response[None]:
        return Response(None, status_code=NO_CONTENT, headers={"Allow": allowed})

    decorate: Callable[[Any], HTTPRouteHandler] = route(
        path, http_method=OPTIONS, include_in_schema=False, opt={PUBLIC: True}
    )
    return decorate(allow)
