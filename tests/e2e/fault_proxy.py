"""What can a network do to a request between the app and the server?

An HTTP proxy on loopback, one thread per connection. Every request takes the next planned fault for its path, else the
standing one, else goes through unharmed.
"""

from __future__ import annotations

import http.client
import json
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Final, assert_never

SYNC: Final = "/time-tracking/sync"
UPSTREAM_WITHIN_S: Final = 20
NOT_PASSED_ON: Final = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


@dataclass(frozen=True, slots=True)
class Drop:
    """The request never reaches the server; the connection breaks."""


@dataclass(frozen=True, slots=True)
class LoseReply:
    """The server did the work and answered; the answer is lost."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Nothing comes back, until the proxy is closed or `release` is called."""


@dataclass(frozen=True, slots=True)
class Twice:
    """The request arrives twice at the server; the second answer comes back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody else answers in the server's place."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


Fault = Drop | LoseReply | Hang | Twice | Answer


def problem(status: int, code: str, detail: str, **headers: str) -> Answer:
    body = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": detail}
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/problem+json", **headers})


UNAUTHORISED: Final = problem(401, "not_signed_in", "Sign in first.")
BUSY: Final = problem(503, "busy", "Too many devices at once.", **{"Retry-After": "1"})
PORTAL: Final = Answer(
    200,
    b"<!doctype html><title>Hotel Internet</title><p>Please accept our terms.",
    {"Content-Type": "text/html"},
)
PORTAL_REDIRECT: Final = Answer(302, b"", {"Location": "http://portal.invalid/terms"})
GARBAGE: Final = Answer(200, b'{"nonce": "somebody else', {"Content-Type": "application/json"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that arrived here. `status`: what the app got, None when it got no answer."""

    method: str
    path: str
    fault: Fault | None
    status: int | None


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class FaultProxy:
    """`url` is what the app takes for the server's address."""

    def __init__(self, upstream_port: int) -> None:
        self._upstream_port = upstream_port
        self._planned: deque[tuple[str, Fault]] = deque()
        self._standing: Fault | None = None
        self._lock = Lock()
        self._released = Event()
        self._seen: list[Seen] = []
        self._listener = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._listener.daemon_threads = True
        Thread(target=self._listener.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

    def next(self, *faults: Fault, path: str = SYNC) -> None:
        """The coming requests whose path ends so meet these faults, one each."""
        with self._lock:
            self._planned.extend((path, fault) for fault in faults)

    def from_now_on(self, fault: Fault | None) -> None:
        """Every request that has no planned fault meets this one; None heals the network."""
        with self._lock:
            self._standing = fault

    def pull_the_cable(self) -> None:
        self.from_now_on(Drop())

    def plug_it_in(self) -> None:
        self.from_now_on(None)

    def release(self) -> None:
        """Connections that hang now break."""
        self._released.set()
        self._released = Event()

    @property
    def planned(self) -> int:
        """How many planned faults were not met yet."""
        with self._lock:
            return len(self._planned)

    def seen(self, path: str = SYNC) -> list[Seen]:
        with self._lock:
            return [each for each in self._seen if each.path.endswith(path)]

    def close(self) -> None:
        self.release()
        self._listener.shutdown()
        self._listener.server_close()

    def _take(self, path: str) -> Fault | None:
        with self._lock:
            for index, (wanted, fault) in enumerate(self._planned):
                if path.endswith(wanted):
                    del self._planned[index]
                    return fault
            return self._standing

    def reply_to(self, method: str, path: str, headers: dict[str, str], body: bytes) -> _Reply | None:
        """What goes back to the app; None: the connection breaks."""
        plain_path = path.partition("?")[0]
        fault = self._take(plain_path)
        reply = self._with(fault, method, path, headers, body)
        with self._lock:
            self._seen.append(Seen(method, plain_path, fault, reply.status if reply else None))
        return reply

    def _with(
        self, fault: Fault | None, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> _Reply | None:
        match fault:
            case None:
                return self._forward(method, path, headers, body)
            case Drop():
                return None
            case LoseReply():
                self._forward(method, path, headers, body)
                return None
            case Hang():
                self._released.wait(120)
                return None
            case Twice():
                self._forward(method, path, headers, body)
                return self._forward(method, path, headers, body)
            case Answer(status, words, extra):
                return _Reply(status, list(extra.items()), words)
            case _:
                assert_never(fault)

    def _forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> _Reply | None:
        """None when the server is not there or breaks off."""
        upstream = http.client.HTTPConnection("127.0.0.1", self._upstream_port, timeout=UPSTREAM_WITHIN_S)
        try:
            upstream.request(method, path, body, headers)
            answer = upstream.getresponse()
            kept = [(k, v) for k, v in answer.getheaders() if k.lower() not in NOT_PASSED_ON]
            return _Reply(answer.status, kept, answer.read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            upstream.close()


def _handler_of(proxy: FaultProxy) -> type[BaseHTTPRequestHandler]:
    class Connection(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {k: v for k, v in self.headers.items() if k.lower() not in NOT_PASSED_ON}
            reply = proxy.reply_to(self.command, self.path, headers, body)
            if reply is None:
                self.close_connection = True
                return
            with suppress(OSError):
                self.send_response_only(reply.status)
                for name, value in reply.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815  names of http.server

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  name of http.server
            """The requests stand in `seen`."""

    return Connection
