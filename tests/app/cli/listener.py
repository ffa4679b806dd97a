"""Who answers commands in these tests?"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any, Self

Answer = Callable[[dict[str, Any]], dict[str, Any] | bytes]


class Listener:
    """A real socket that hears one line per connection, answers and hangs up. Bytes are sent as they are."""

    def __init__(self, path: Path, answer: Answer) -> None:
        self.heard: list[dict[str, Any]] = []
        self._answer = answer
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        self._socket.listen()
        self._thread = Thread(target=self._listen)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                with client, suppress(ConnectionError):
                    self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        with client.makefile("rb") as lines:
            line = lines.readline()
        if line:
            self.heard.append(json.loads(line))
            answer = self._answer(self.heard[-1])
            client.sendall(answer if isinstance(answer, bytes) else json.dumps(answer).encode() + b"\n")
