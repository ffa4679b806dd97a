"""How do a request and its reply travel, and what went wrong on the way?

The only file that knows requests. A redirect is an answer like any other: following one would carry the token to
whoever asked for it. Nothing is tried twice here: when to ask again is the sync engine's to decide.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from socket import gaierror
from typing import Final
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.auth import AuthBase

from app.api.address import is_loopback
from app.api.problems import ApiProblem, Garbage, TimedOut, TlsFailed, Unreachable

CONNECT_WITHIN_S: Final = 5
READ_WITHIN_S: Final = 15  # of silence
REPLY_LIMIT: Final = 8 * 1024 * 1024
CHUNK: Final = 64 * 1024
NO_TLS: Final = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"}
CLOCK_HINT: Final = "Is this computer's clock right?"


@dataclass(frozen=True, slots=True)
class Call:
    """`path` begins with a slash and follows the server's address. `token` None: nobody is signed in."""

    method: str
    path: str
    token: str | None = field(default=None, repr=False)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """`headers` are asked without regard to case. The body is complete and unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Transport:
    """One keep-alive session with the server at `address`; used by one thread."""

    def __init__(self, address: str, user_agent: str, adapter: BaseAdapter | None = None) -> None:
        self.address = address
        self._session = _OneAnswerSession()
        self._session.headers["User-Agent"] = user_agent
        self._session.headers["Accept"] = "application/json"
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        if adapter is not None:
            self._session.mount("http://", adapter)
            self._session.mount("https://", adapter)
        host = urlsplit(address).hostname or ""
        self._proxies = {"no_proxy": host} if is_loopback(host) else None

    def send(self, call: Call) -> Reply:
        """Unreachable, TimedOut, TlsFailed; Garbage for a reply that is too large or wrongly packed."""
        try:
            response = self._session.request(
                call.method,
                self.address + call.path,
                params=call.query,
                headers=call.headers,
                data=call.body,
                auth=_Bearer(call.token),
                timeout=(CONNECT_WITHIN_S, READ_WITHIN_S),
                allow_redirects=False,
                proxies=self._proxies,
                stream=True,
            )
        except (OSError, ValueError) as error:
            raise self._not_sent(error) from error
        with response:
            return Reply(response.status_code, response.headers, self._body(response))

    def close(self) -> None:
        self._session.close()

    def _body(self, response: requests.Response) -> bytes:
        body = bytearray()
        try:
            for chunk in response.iter_content(CHUNK):
                body += chunk
                if len(body) > REPLY_LIMIT:
                    raise Garbage(f"The answer of {self.address} is far too long.")
        except requests.exceptions.ContentDecodingError as error:
            raise Garbage(f"The answer of {self.address} cannot be read.") from error
        except (OSError, ValueError) as error:
            raise self._not_received(error) from error
        return bytes(body)

    def _not_sent(self, error: Exception) -> ApiProblem:
        match error:
            case requests.exceptions.SSLError():
                return TlsFailed(self._tls_words(error))
            case requests.exceptions.ReadTimeout():
                return TimedOut(f"{self.address} did not answer within {READ_WITHIN_S} seconds.")
            case requests.exceptions.RequestException() | ValueError():
                return Unreachable(self._unreachable_words(error))
            case _:
                return TlsFailed(
                    f"{self.address} was not asked: the certificates that this computer trusts cannot be read."
                )

    def _not_received(self, error: Exception) -> ApiProblem:
        if isinstance(error, requests.exceptions.SSLError):
            return TlsFailed(self._tls_words(error))
        if _holds(_causes(error), TimeoutError):
            return TimedOut(f"{self.address} began an answer and did not finish it.")
        return Unreachable(f"The connection to {self.address} broke in the middle of an answer.")

    def _unreachable_words(self, error: Exception) -> str:
        causes = list(_causes(error))
        match error:
            case requests.exceptions.ProxyError():
                return f"The proxy on the way to {self.address} does not let the connection through."
            case requests.exceptions.ConnectionError() if _holds(causes, gaierror):
                return f"{self.address} cannot be found. Check the address and the network."
            case requests.exceptions.ConnectionError() if _holds(causes, ConnectionRefusedError):
                return f"Nothing answers at {self.address}."
            case requests.exceptions.ConnectionError():
                return f"{self.address} cannot be reached, or the connection broke."
            case _:
                return f"{self.address} cannot be asked: the address or the proxy settings are not right."

    def _tls_words(self, error: Exception) -> str:
        for cause in _causes(error):
            match cause:
                case ssl.SSLCertVerificationError(verify_message=str(message)):
                    reason = message.rstrip(".")
                    hint = f" {CLOCK_HINT}" if "expired" in reason or "not yet valid" in reason else ""
                    return f"The certificate of {self.address} is not trusted: {reason}.{hint}"
                case ssl.SSLError(reason=str(reason)) if reason in NO_TLS:
                    return f"{self.address} does not speak HTTPS. If that is right, type http:// before the address."
                case _:
                    pass
        return f"There is no secure connection to {self.address}."


class _OneAnswerSession(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002  # the library's signature
        """None: looking where it leads would already read its body, however long that is."""
        return None


class _Bearer(AuthBase):
    """Also without a token: a request without any `auth` would be given the password in the user's .netrc."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            r.headers["Authorization"] = f"Bearer {self._token}"
        return r


def _holds(causes: Iterable[BaseException], kind: type[BaseException]) -> bool:
    return any(isinstance(cause, kind) for cause in causes)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what it wraps in its arguments, as urllib3 does, and what it was raised from."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        wrapped = (*each.args, getattr(each, "reason", None), each.__cause__, each.__context__)
        waiting.extend(item for item in wrapped if isinstance(item, BaseException))
