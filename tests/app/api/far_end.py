"""What if the test decides who answers, and how?

`FarEnd` stands where requests hands a finished request over to the network. `Line` lets requests speak real HTTP, over a
pair of sockets that never leave the process.
"""

from __future__ import annotations

import gzip
import io
import json
import socket
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.structures import CaseInsensitiveDict

from app.api.client import Client
from app.api.models import ChainHead, ClockReading, SyncRequest
from tests.fakes.clock import START

ADDRESS: Final = "https://hours.example.test"
TOKEN: Final = "hk_a-token-that-nobody-may-read"
PASSWORD: Final = "a-pass-phrase-that-nobody-may-read"
NONCE: Final = "nonce-000001"
DEVICE: Final = "00000000-0000-4000-8000-000000000001"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer with this status, these headers and this body."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Breaks(io.RawIOBase):
    """A body that begins and then fails."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error
        self._begun = False

    def read(self, _size: int = -1) -> bytes:
        if self._begun:
            raise self._error
        self._begun = True
        return b'{"nonce":'


@dataclass(frozen=True, slots=True)
class BreaksOff:
    """An answer that begins with 200 and then fails so."""

    error: Exception


Turn = Said | BreaksOff | Exception


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it left, and what the library was told about its sending."""

    request: requests.PreparedRequest
    timeout: object
    verify: object
    proxies: Mapping[str, str]

    @property
    def body(self) -> bytes:
        raw = self.request.body
        assert isinstance(raw, bytes)
        return gzip.decompress(raw) if self.request.headers.get("Content-Encoding") == "gzip" else raw

    def json(self) -> Any:
        return json.loads(self.body)


class FarEnd(BaseAdapter):
    """Answers in turn; the last answer again and again."""

    def __init__(self, *turns: Turn) -> None:
        super().__init__()
        self._turns = deque(turns)
        self.asked: list[Asked] = []
        self.closed = False

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002, FBT001, FBT002  # the library's signature
        timeout: object = None,
        verify: object = True,  # noqa: FBT002  # the library's signature
        cert: object = None,  # noqa: ARG002  # the library's signature
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        self.asked.append(Asked(request, timeout, verify, proxies or {}))
        turn = self._turns.popleft() if len(self._turns) > 1 else self._turns[0]
        if isinstance(turn, Exception):
            raise turn
        return _response(request, turn)

    def close(self) -> None:
        self.closed = True


def _response(request: requests.PreparedRequest, turn: Said | BreaksOff) -> requests.Response:
    response = requests.Response()
    response.request = request
    response.url = request.url or ""
    match turn:
        case Said(status, body, headers):
            response.status_code = status
            response.headers = CaseInsensitiveDict(headers)
            response.raw = io.BytesIO(body)
        case BreaksOff(error):
            response.status_code = 200
            response.raw = Breaks(error)
    return response


class Near(socket.socket):
    """The app's end of a line: when a request's head has left, the answer comes."""

    said: Callable[[], None]

    def sendall(self, data: Any, flags: int = 0) -> None:
        super().sendall(data, flags)
        if b" HTTP/1.1\r\n" in bytes(data):
            self.said()


class Line(HTTPAdapter):
    """Real HTTP. Each request is answered by the next of `answers`, and hung up on unless the line `stays_open`."""

    def __init__(self, *answers: bytes, stays_open: bool = False) -> None:
        super().__init__()
        self._answers = deque(answers)
        self._stays_open = stays_open
        self._ends: list[socket.socket] = []

    def get_connection_with_tls_context(self, *arguments: Any, **named: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*arguments, **named)
        make = type(pool).ConnectionCls

        def connected(**options: Any) -> Any:
            connection = make(**options)
            connection._new_conn = self._connect
            return connection

        pool.ConnectionCls = connected
        return pool

    def _connect(self) -> socket.socket:
        near, far = socket.socketpair()
        self._ends.append(far)
        talking = Near(near.family, near.type, fileno=near.detach())
        talking.said = self._answer
        return talking

    def _answer(self) -> None:
        self._ends[-1].sendall(self._answers.popleft())
        if not self._stays_open:
            self._ends[-1].shutdown(socket.SHUT_WR)

    @property
    def connections(self) -> int:
        return len(self._ends)

    def heard(self) -> bytes:
        """Everything that was sent over the last connection."""
        self._ends[-1].settimeout(0)
        return self._ends[-1].recv(65_536)

    def close(self) -> None:
        super().close()
        for end in self._ends:
            end.close()


def client_of(adapter: BaseAdapter, address: str = ADDRESS) -> Client:
    return Client(address, version="0.1.0", now=lambda: START, adapter=adapter)


def answer(content: object, status: int = 200, **headers: str) -> Said:
    body = json.dumps(content).encode()
    return Said(status, body, {"Content-Type": "application/json", **headers})


def problem(status: int, code: str, detail: str = "Please do otherwise.", **headers: str) -> Said:
    content = {"type": "about:blank", "title": "No", "status": status, "code": code, "detail": detail}
    return answer(content, status, **{"Content-Type": "application/problem+json", **headers})


def request_of(*actions: Any, nonce: str = NONCE) -> SyncRequest:
    return SyncRequest(
        nonce=nonce,
        device_id=DEVICE,
        now=ClockReading(session=DEVICE, mono_ms=5_000_000, wall=START, tz="Europe/Berlin"),
        base=ChainHead(seq=0, chain="0" * 64),
        actions=list(actions),
        app_version="0.1.0",
    )


def sync_reply(**changes: Any) -> dict[str, Any]:
    return {
        "nonce": NONCE,
        "server_id": "5f3e",
        "server_epoch": "1",
        "server_time": START,
        "code": "OK",
        "last_seq": 0,
        "chain": "0" * 64,
        "results": [],
        "snapshot": None,
        "limits": {"max_actions": 200, "next_poll_s": 60},
    } | changes


SERVER: Final = {
    "product": "hourkeep",
    "server_id": "5f3e",
    "name": "Demo company",
    "version": "0.1.0",
    "protocol": 1,
}
ME: Final = {
    "id": 3,
    "email": "anna@demo.test",
    "name": "Anna",
    "role": "member",
    "rate": {"rate_type": "hourly", "rate_amount": 50, "currency": "USD"},
    "server": SERVER,
}
