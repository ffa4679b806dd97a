"""Does the app stay calm whatever is said to its local socket?"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.desktop.local_socket import REQUEST_LIMIT
from app.ui.socket_server import CLIENTS, UNREAD_LIMIT, Reply, SocketServer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the client here is a Unix socket")


@dataclass
class Desk:
    """A server that answers each line with its length, and clients that talk to it."""

    folder: Path
    qtbot: QtBot
    things: ExitStack
    lines: list[bytes] = field(default_factory=list)
    later: list[Reply] = field(default_factory=list)

    def opens(self, answer: Callable[[bytes, Reply], None] | None = None, patience_ms: int = 10_000) -> None:
        server = SocketServer(str(self.folder / "s"), answer or self._length, patience_ms)
        assert server.listen()
        self.things.callback(server.close)

    def client(self) -> socket.socket:
        client = self.things.enter_context(socket.socket(socket.AF_UNIX))
        client.connect(str(self.folder / "s"))
        client.setblocking(False)
        return client

    def hears(self, client: socket.socket, lines: int = 1) -> list[Any]:
        """So many answers."""
        received = bytearray()

        def enough() -> bool:
            received.extend(take(client))
            return received.count(b"\n") >= lines

        self.qtbot.waitUntil(enough)
        return [json.loads(line) for line in received.splitlines()]

    def is_hung_up_on(self, client: socket.socket) -> None:
        def gone() -> bool:
            try:
                return client.recv(65_536) == b""
            except BlockingIOError:
                return False
            except ConnectionError:
                return True

        self.qtbot.waitUntil(gone)

    def _length(self, line: bytes, reply: Reply) -> None:
        self.lines.append(line)
        if line == b"later\n":
            self.later.append(reply)
        else:
            reply({"ok": True, "length": len(line)})


def take(client: socket.socket) -> bytes:
    try:
        return client.recv(1_000_000)
    except BlockingIOError:
        return b""


@pytest.fixture
def desk(tmp_path: Path, qtbot: QtBot) -> Iterator[Desk]:
    with ExitStack() as things:
        yield Desk(tmp_path, qtbot, things)


def test_lines_are_answered_in_order(desk: Desk) -> None:
    desk.opens()
    client = desk.client()
    client.sendall(b"a\nbcd\n\n")
    assert [answer["length"] for answer in desk.hears(client, 3)] == [2, 4, 1]


def test_a_line_that_comes_in_pieces(desk: Desk) -> None:
    desk.opens()
    client, other = desk.client(), desk.client()
    client.sendall(b"ab")
    other.sendall(b"meanwhile\n")
    assert desk.hears(other) == [{"ok": True, "length": 10}]
    client.sendall(b"cd\n")
    assert desk.hears(client) == [{"ok": True, "length": 5}]


def test_the_longest_line(desk: Desk) -> None:
    desk.opens()
    client = desk.client()
    client.sendall(b"x" * (REQUEST_LIMIT - 1) + b"\n")
    assert desk.hears(client) == [{"ok": True, "length": REQUEST_LIMIT}]


def test_a_line_that_is_too_long(desk: Desk) -> None:
    desk.opens()
    client = desk.client()
    client.sendall(b"x" * (REQUEST_LIMIT + 1))
    (answer,) = desk.hears(client)
    assert (answer["ok"], answer["code"]) == (False, "bad_request")
    desk.is_hung_up_on(client)
    assert desk.lines == []


def test_half_a_line_and_nothing_more(desk: Desk) -> None:
    desk.opens(patience_ms=1)
    client = desk.client()
    client.sendall(b'{"do": "sta')
    desk.is_hung_up_on(client)
    assert desk.lines == []


def test_a_client_that_goes_away_before_its_answer(desk: Desk) -> None:
    desk.opens()
    client, other = desk.client(), desk.client()
    client.sendall(b"later\n")
    desk.qtbot.waitUntil(lambda: len(desk.later) == 1)
    client.close()
    other.sendall(b"a\n")
    desk.hears(other)
    desk.later[0]({"ok": True})
    other.sendall(b"b\n")
    assert desk.hears(other) == [{"ok": True, "length": 2}]


def test_what_takes_long_is_waited_for_and_nothing_else_waits(desk: Desk) -> None:
    desk.opens()
    client, other = desk.client(), desk.client()
    client.sendall(b"later\n")
    desk.qtbot.waitUntil(lambda: len(desk.later) == 1)
    client.sendall(b"next\n")
    other.sendall(b"other\n")
    desk.hears(other)
    assert desk.lines == [b"later\n", b"other\n"]
    desk.later[0]({"ok": True, "cost": Decimal("60.1100")})
    assert desk.hears(client, 2) == [{"ok": True, "cost": 60.11}, {"ok": True, "length": 5}]


def test_a_client_that_reads_nothing(desk: Desk) -> None:
    desk.opens(lambda _line, reply: reply({"ok": True, "long": "x" * (UNREAD_LIMIT + 1_000_000)}))
    client, other = desk.client(), desk.client()
    client.sendall(b"a\n")
    other.sendall(b"a\n")
    desk.is_hung_up_on(client)


def test_too_many_clients(desk: Desk) -> None:
    desk.opens()
    clients = [desk.client() for _ in range(CLIENTS)]
    clients[-1].sendall(b"a\n")
    desk.hears(clients[-1])
    desk.is_hung_up_on(desk.client())
    clients[0].close()
    clients[1].sendall(b"a\n")
    desk.hears(clients[1])
    late = desk.client()
    late.sendall(b"ab\n")
    assert desk.hears(late) == [{"ok": True, "length": 3}]


def test_a_bug_hangs_up_instead_of_hanging(desk: Desk) -> None:
    def broken(_line: bytes, _reply: Reply) -> None:
        raise ZeroDivisionError

    desk.opens(broken)
    client = desk.client()
    with desk.qtbot.captureExceptions() as raised:
        client.sendall(b"a\n")
        desk.is_hung_up_on(client)
    assert [kind for kind, _, _ in raised] == [ZeroDivisionError]


def test_closing_hangs_up_and_leaves_no_file(desk: Desk, tmp_path: Path) -> None:
    server = SocketServer(str(tmp_path / "s"), desk._length)
    assert server.listen()
    client = desk.client()
    client.sendall(b"a\n")
    desk.hears(client)
    server.close()
    desk.is_hung_up_on(client)
    assert not (tmp_path / "s").exists()


@pytest.mark.logs("WARNING")
def test_a_place_that_cannot_be_listened_at(tmp_path: Path, qtbot: QtBot) -> None:
    assert not SocketServer(str(tmp_path / "missing" / "s"), lambda _line, _reply: None).listen()
