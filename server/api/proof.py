"""What does a request carry that shows who asks, and did one of our own pages send it?

A device shows its token in the Authorization header. A browser shows its session's cookie, which it also sends along with
what a foreign page makes it ask: so whatever changes something must come from our own origin and carry the session's token.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import State

from server.api.refusals import ForeignPage
from server.domain.errors import NotSignedIn
from server.services.staff import browsers

Ask = Request[Any, Any, State]

HEADER: Final = b"authorization"
SCHEME: Final = "bearer"
PUBLIC: Final = "public"  # the mark of a route for which nobody has to be signed in
CSRF_HEADER: Final = "X-CSRF-Token"
SECURE_COOKIE: Final = "__Host-hourkeep"  # no browser takes it without Secure, or from a neighbouring host
PLAIN_COOKIE: Final = "hourkeep"
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
OWN_SITES: Final = frozenset({"same-origin", "none"})  # none: a person typed the address
USUAL_PORTS: Final = (":80", ":443")


@dataclass(frozen=True, slots=True)
class Shown:
    """A token, or the secret in a cookie."""

    secret: str
    is_browser: bool


async def carries_token(request: Ask) -> None:
    """Stands before all routes but the public ones: nothing is read of a stranger's request. NotSignedIn, ForeignPage.

    A coroutine, because Litestar would send a plain function to a thread for every request; and no guard, because
    Litestar copies the route for each.
    """
    if PUBLIC in request.route_handler.opt:
        return
    found = shown(request)
    if found.is_browser and request.scope["method"] not in READING:
        must_be_our_page(request)
        if not browsers.is_our_page(found.secret, request.headers.get(CSRF_HEADER, "")):
            raise ForeignPage(f"Send the csrf_token of this session in the header {CSRF_HEADER}.")


def shown(request: Ask) -> Shown:
    """A cookie does not count beside an Authorization header. NotSignedIn when the request carries neither."""
    said = next((value for name, value in request.scope["headers"] if name == HEADER), None)
    if said is not None:
        return Shown(bearer_token(said), is_browser=False)
    secret = cookie(request)
    if secret is None:
        raise NotSignedIn("Send the token of this device: Authorization: Bearer …")
    return Shown(secret, is_browser=True)


def cookie(request: Ask) -> str | None:
    """The secret of this browser's session."""
    return request.cookies.get(_cookie_name(request)) or None


def must_be_our_page(request: Ask) -> None:
    """As far as the browser says. ForeignPage."""
    origin = request.headers.get("origin")
    if origin is None:
        is_ours = request.headers.get("sec-fetch-site", "none") in OWN_SITES
    else:
        is_ours = _place(origin) == _usual(request.headers.get("host", ""))
    if not is_ours:
        raise ForeignPage("Another site's page asked for this. Use the pages of this server.")


def set_cookie(request: Ask, secret: str, lasts_s: int) -> str:
    """The header's value."""
    return _cookie(request, secret, lasts_s)


def forget_cookie(request: Ask) -> str:
    """The header's value."""
    return _cookie(request, "", 0)


def _cookie(request: Ask, value: str, lasts_s: int) -> str:
    name = _cookie_name(request)
    secure = "; Secure" if name == SECURE_COOKIE else ""
    return f"{name}={value}; Path=/; Max-Age={lasts_s}; HttpOnly; SameSite=Lax{secure}"


def _cookie_name(request: Ask) -> str:
    """Plain only between programs on one machine, where no one listens and there is no certificate."""
    is_local = request.scope["scheme"] == "http" and _host(request) in LOOPBACK
    return PLAIN_COOKIE if is_local else SECURE_COOKIE


def _host(request: Ask) -> str | None:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return None


def _place(origin: str) -> str:
    """Host and port; empty for an origin that is none, such as `null`."""
    try:
        return _usual(urlsplit(origin).netloc)
    except ValueError:
        return ""


def _usual(place: str) -> str:
    """Some proxies name the port that goes without saying."""
    place = place.lower()
    return next((place.removesuffix(port) for port in USUAL_PORTS if place.endswith(port)), place)


def bearer_token(said: bytes) -> str:
    """Of an Authorization header. NotSignedIn."""
    scheme, _, token = said.decode("latin-1").partition(" ")
    if scheme.lower() != SCHEME or not token:
        raise NotSignedIn("Send the token of this device: Authorization: Bearer …")
    return token.strip()
