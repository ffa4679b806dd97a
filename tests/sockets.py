"""With whom may a test talk over the network?"""

from __future__ import annotations

import socket
import sys
from typing import Any, Final

LOCAL_FAMILIES: Final = {getattr(socket, "AF_UNIX", None)}
SOCKET_EVENTS: Final = {"socket.connect", "socket.bind", "socket.sendto"}


class SocketGuard:
    """Refuses network sockets while `armed`, but to the addresses (host and port) that are allowed."""

    def __init__(self) -> None:
        self.armed = False
        self.allowed: set[tuple[str, int]] = set()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if (
            self.armed
            and event in SOCKET_EVENTS
            and arguments[0].family not in LOCAL_FAMILIES
            and arguments[1][:2] not in self.allowed
        ):
            raise PermissionError(f"only tests in tests/e2e open network sockets ({event} {arguments[1]})")


guard: Final = SocketGuard()
sys.addaudithook(guard)
