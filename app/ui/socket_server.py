"""Who talks to the running app, and how much of its attention may they have?

Lines of JSON over a local socket that only this user can open. Whatever a client sends or fails to send, the GUI
thread never waits for it: one line is answered per turn of the event loop, what is too long or too slow is hung up on.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from app.desktop.local_socket import REQUEST_LIMIT

CLIENTS: Final = 32
PATIENCE_MS: Final = 30_000
UNREAD_LIMIT: Final = 4 * 1024 * 1024  # bytes of answers that a client may leave unread

Reply = Callable[[dict[str, Any]], None]
Answer = Callable[[bytes, Reply], None]
"""Takes one line and answers it by one call of `reply`, at once or later, in the GUI thread."""

log = logging.getLogger(__name__)


class SocketServer(QObject):
    """Listens at `name` (`app.settings.socket_name`) until `close`."""

    def __init__(self, name: str, answer: Answer, patience_ms: int = PATIENCE_MS) -> None:
        super().__init__()
        self._name = name
        self._answer = answer
        self._patience_ms = patience_ms
        self._clients: set[Conversation] = set()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._welcome)

    def listen(self) -> bool:
        """Only for whoever has the run lock: what a killed app left at this place is removed."""
        QLocalServer.removeServer(self._name)
        if self._server.listen(self._name):
            return True
        log.warning("No commands can be taken at %s: %s", self._name, self._server.errorString())
        return False

    def close(self) -> None:
        self._server.close()
        for client in list(self._clients):
            client.hang_up()

    def _welcome(self) -> None:
        while self._server.hasPendingConnections():
            client = Conversation(self._server.nextPendingConnection(), self._answer, self._patience_ms)
            client.ended.connect(self._forget)
            self._clients.add(client)
            if len(self._clients) > CLIENTS:
                client.hang_up()
            else:
                client.begin()

    def _forget(self, client: Conversation) -> None:
        self._clients.discard(client)


class Conversation(QObject):
    """One client: lines in, answers out in the same order. `ended` carries the conversation itself."""

    ended = Signal(object)

    def __init__(self, socket: QLocalSocket, answer: Answer, patience_ms: int) -> None:
        super().__init__()
        self._socket = socket
        self._answer = answer
        self._busy = False
        self._over = False
        self._patience = QTimer(self, singleShot=True, interval=patience_ms)
        self._patience.timeout.connect(self.hang_up)
        socket.setParent(self)
        # What is beyond the limit stays with the sender until the lines before it are answered.
        socket.setReadBufferSize(REQUEST_LIMIT + 1)
        socket.readyRead.connect(self._read)
        socket.disconnected.connect(self._end)

    def begin(self) -> None:
        self._patience.start()
        self._read()

    def hang_up(self) -> None:
        """Drop the line with whatever was not said yet."""
        self._socket.abort()
        self._end()

    def _read(self) -> None:
        if self._busy or self._over:
            return
        if self._socket.canReadLine():
            self._hear(bytes(self._socket.readLine().data()))
        elif self._socket.bytesAvailable() > REQUEST_LIMIT:
            self._reply({"ok": False, "code": "bad_request", "text": "The line is too long."})
            self._socket.disconnectFromServer()

    def _hear(self, line: bytes) -> None:
        self._busy = True
        self._patience.stop()
        try:
            self._answer(line, self._reply)
        except BaseException:
            self.hang_up()
            raise

    def _reply(self, answer: dict[str, Any]) -> None:
        if self._over:
            return
        self._busy = False
        self._socket.write(json.dumps(answer, default=_plain).encode() + b"\n")
        self._socket.flush()
        if self._socket.bytesToWrite() > UNREAD_LIMIT:
            self.hang_up()
            return
        self._patience.start()
        QTimer.singleShot(0, self._read)

    def _end(self) -> None:
        if self._over:
            return
        self._over = True
        self._patience.stop()
        self.ended.emit(self)
        self.deleteLater()


def _plain(value: object) -> float:
    """Amounts are JSON numbers as in the server's API; up to 15 digits the shortest notation is the exact one."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{value!r} is no answer")
