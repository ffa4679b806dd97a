"""How does another process of this user ask the running app something?

One JSON object a line each way. Qt-free, because the command line starts without Qt.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

from app.errors import AppError

if sys.platform == "win32":
    from pathlib import Path

REQUEST_LIMIT: Final = 65_536  # bytes, with the end of the line
ANSWER_LIMIT: Final = 64 * 1024 * 1024  # an outbox of many weeks offline
CHUNK: Final = 65_536


class NotRunning(AppError):
    """Nobody listens for this profile."""

    code = "not_running"

    def __init__(self) -> None:
        super().__init__("Hourkeep is not running.")


class NoAnswer(AppError):
    """Somebody listens and says nothing, too late, or no JSON."""

    code = "no_answer"

    def __init__(self) -> None:
        super().__init__("Hourkeep is running and does not answer. Try again, or quit it and start it again.")


class TooMuchSaid(AppError):
    code = "too_much_said"

    def __init__(self) -> None:
        super().__init__("That is too long to be sent to Hourkeep.")


class Line:
    """A connection to the app that listens at `name` (`app.settings.socket_name`). NotRunning."""

    def __init__(self, name: str, within_s: float) -> None:
        self._wire = _Wire(name, within_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._wire.close()

    def ask(self, request: Mapping[str, object]) -> dict[str, Any]:
        """The app's answer. NoAnswer, TooMuchSaid."""
        line = json.dumps(request).encode() + b"\n"
        if len(line) > REQUEST_LIMIT:
            raise TooMuchSaid
        try:
            self._wire.send(line)
            answer = json.loads(self._line())
        except (OSError, ValueError, RecursionError) as error:
            raise NoAnswer from error
        if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
            raise NoAnswer
        return answer

    def wait_until_closed(self) -> None:
        """Until the other side hangs up, or for as long as an answer may take."""
        with suppress(OSError):
            while self._wire.receive():
                pass

    def _line(self) -> bytes:
        received = bytearray()
        while b"\n" not in received:
            more = self._wire.receive()
            if not more or len(received) > ANSWER_LIMIT:
                raise NoAnswer
            received += more
        return bytes(received)


def ask(name: str, request: Mapping[str, object], within_s: float) -> dict[str, Any]:
    """One question, one answer. NotRunning, NoAnswer, TooMuchSaid."""
    with Line(name, within_s) as line:
        return line.ask(request)


if sys.platform == "win32":

    class _Wire:
        """A named pipe; it has no time limit, and the app answers everything."""

        def __init__(self, name: str, _within_s: float) -> None:
            try:
                self._pipe = Path(rf"\\.\pipe\{name}").open("r+b", buffering=0)  # noqa: SIM115  # closed by `close`
            except OSError as error:
                raise NotRunning from error

        def send(self, content: bytes) -> None:
            self._pipe.write(content)

        def receive(self) -> bytes:
            return self._pipe.read(CHUNK)

        def close(self) -> None:
            self._pipe.close()

else:

    class _Wire:
        """A stream socket in the file system."""

        def __init__(self, name: str, within_s: float) -> None:
            import socket  # noqa: PLC0415  # the app's own start waits for this file, and asks nobody

            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(within_s)
            try:
                self._socket.connect(name)
            except OSError as error:
                self._socket.close()
                raise NotRunning from error

        def send(self, content: bytes) -> None:
            self._socket.sendall(content)

        def receive(self) -> bytes:
            return self._socket.recv(CHUNK)

        def close(self) -> None:
            self._socket.close()
