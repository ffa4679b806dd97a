"""Where is the server, from what a person typed?"""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from app.api.problems import BadAddress

SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
NETLOC: Final = re.compile(r"(\[[^\[\]]+\]|[^\[\]:]+)(:[^:]*)?")
HOST: Final = re.compile(r"(?=.{1,253}$)[\w-]{1,63}(\.[\w-]{1,63})*\.?")
PATH: Final = re.compile(r"[A-Za-z0-9/._~%-]*")
NO_ADDRESS: Final = "This is not the address of a server."
LENGTH_LIMIT: Final = 500
PORT_LIMIT: Final = 65_535


def normalise_url(text: str) -> str:
    """The server's address without a slash at its end; any thread.

    HTTPS, unless http:// was typed or the server is on this machine. BadAddress, whose words never repeat a password.
    """
    text = text.strip()
    parts = _split(text)
    if "@" in parts.netloc:
        raise BadAddress("Leave name and password out of the server's address.")
    host = _host(parts)
    scheme = parts.scheme
    if not SCHEME.match(text):
        scheme = "http" if is_loopback(host) else "https"
    if scheme not in {"http", "https"}:
        raise BadAddress("The server's address begins with https:// or http://.")
    if PATH.fullmatch(parts.path) is None:
        raise BadAddress("The server's address contains characters that no address has.")
    shown_host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown_host}{_port(parts)}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, by its name alone."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(text: str) -> SplitResult:
    if not text:
        raise BadAddress("Type the address of your Hourkeep server, for example https://hours.example.com.")
    if len(text) > LENGTH_LIMIT or not text.isprintable() or any(each.isspace() for each in text):
        raise BadAddress(NO_ADDRESS)
    try:
        return urlsplit(text if SCHEME.match(text) else f"//{text}")
    except ValueError:
        raise BadAddress(NO_ADDRESS) from None


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if NETLOC.fullmatch(parts.netloc) is None:
        raise BadAddress(NO_ADDRESS)
    if ":" in host:
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError:
            raise BadAddress(NO_ADDRESS) from None
    if HOST.fullmatch(host) is None:
        raise BadAddress(NO_ADDRESS)
    return host


def _port(parts: SplitResult) -> str:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port is None:
        return ""
    if not 1 <= port <= PORT_LIMIT:
        raise BadAddress(f"The port in the server's address is a number from 1 to {PORT_LIMIT}.")
    return f":{port}"
