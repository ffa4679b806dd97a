"""What becomes of bytes that are hardly HTTP, at a real instance and at the proxy before it?"""

from __future__ import annotations

import socket
from typing import Final

import pytest

from tests.growing.farm import LOCAL, Farm, is_ready
from tests.growing.staff import hired
from tests.server.company import Company

SILENT_S: Final = 0.5
WITHIN_S: Final = 20
START: Final = b"POST /api/v1/time-tracking/start HTTP/1.1\r\nHost: x\r\n"
GET: Final = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
SECOND: Final = b"GET /api/v1/smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
REFUSED: Final = {b"400", b"401", b"404", b"405", b"408", b"411", b"413", b"414", b"431", b"501", b"505"}

NO_SHAPES: Final = [
    "", "Bearer", "Bearer ", "Bearer\t{token}", "Basic {token}", "{token}", "Bearer {token} {token}",
    "Bearer {token},Bearer {token}", "Token {token}", "Bearer \u00e9", "Bearer " + "x" * 7_000,
]  # fmt: skip
BYTES: Final = {
    "nothing": b"",
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
    "no version": b"GET /healthz\r\n\r\n",
    "another version": b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
    "an odd method": b"G\x00T /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "a length that is none": START + b"Content-Length: abc\r\n\r\n{}",
    "a negative length": START + b"Content-Length: -1\r\n\r\n{}",
    "a length beyond all": START + b"Content-Length: 99999999999999999999999999\r\n\r\n{}",
    "two lengths": START + b"Content-Length: 2\r\nContent-Length: 100\r\n\r\n{}",
    "a length and chunks": START
    + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    + SECOND,
    "chunks twice": START
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"
    + SECOND,
    "chunks in another spelling": START + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SECOND,
    "chunks behind a tab": START + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n" + SECOND,
    "a chunk that is none": START + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a huge chunk": START + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    "a space before the colon": START + b"Content-Length : 2\r\n\r\n{}",
    "a folded header": GET + b"X-Odd: a\r\n b\r\n\r\n",
    "a NUL in a header": GET + b"X-Odd: a\0b\r\n\r\n",
    "a header without a name": GET + b": x\r\n\r\n",
    "a huge header": GET + b"X-Odd: " + b"x" * 200_000 + b"\r\n\r\n",
    "very many headers": GET + b"".join(b"X-Odd-%d: x\r\n" % number for number in range(20_000)) + b"\r\n",
    "a huge address": b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "an address with a NUL": b"GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n",
    "a way up": b"GET /../../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    "another server's address": b"GET http://elsewhere.test/api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tunnel": b"CONNECT elsewhere.test:443 HTTP/1.1\r\nHost: x\r\n\r\n",
}


def said_to(port: int, said: bytes, within: float) -> bytes:
    """All that is answered before the line is closed, or is silent so long (seconds)."""
    answer = b""
    with socket.create_connection((LOCAL, port), timeout=within) as line:
        try:
            line.sendall(said)
            while more := line.recv(65_536):
                answer += more
        except OSError:
            pass  # it has heard enough
    return answer


@pytest.mark.parametrize("what", BYTES)
def test_it_is_refused_and_nothing_breaks(one_farm: Farm, what: str) -> None:
    for port in (one_farm.ports[0], one_farm.port):
        answer = said_to(port, BYTES[what], SILENT_S)
        statuses = [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]
        assert not [status for status in statuses if status.startswith(b"5") and status not in REFUSED], (
            answer
        )
        assert len(statuses) <= 1, "one request became two"
        assert is_ready(port)
    assert "smuggled" not in one_farm.instances[0].words
    assert not one_farm.failures


def test_a_token_has_one_shape(one_company: Company, one_farm: Farm) -> None:
    token = hired(one_company, "shape").token
    shapes = {
        "bearer  {token}": b"200",
        **dict.fromkeys(NO_SHAPES, b"401"),
        "Bearer {token}\0": b"400",
    }
    for shape, wanted in shapes.items():
        shown = shape.format(token=token).encode("latin-1")
        said = (
            GET.replace(b"/healthz", b"/api/v1/me")
            + b"Connection: close\r\nAuthorization: "
            + shown
            + b"\r\n\r\n"
        )
        answer = said_to(one_farm.ports[0], said, WITHIN_S)
        assert answer.partition(b"HTTP/1.1 ")[2][:3] == wanted, (shape, answer)
