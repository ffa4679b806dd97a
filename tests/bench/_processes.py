"""What does another process take, and when is it seen on the screen?"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import Any, Final

VIEWABLE: Final = 2  # X11's IsViewable
CARDINAL: Final = 6  # X11's XA_CARDINAL
WINDOWS_LIMIT: Final = 10_000
TICK_S: Final = 0.002


def wait_until(condition: Callable[[], bool], what: str, within: float = 30.0) -> float:
    """Looks every 2 ms; the moment (of `perf_counter`) at which it was true. TimeoutError."""
    deadline = perf_counter() + within
    pause = Event()
    while not condition():
        if perf_counter() > deadline:
            raise TimeoutError(f"{what}: not within {within:g} s")
        pause.wait(TICK_S)
    return perf_counter()


def pss_mib(pid: int) -> float:
    """Memory of the process where what it shares with others counts by share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the system counts no PSS")


def users_of(library: str) -> list[int]:
    """The processes that have mapped a file with this in its path."""
    found = []
    for maps in Path("/proc").glob("[0-9]*/maps"):
        with suppress(OSError):  # it has ended, or is somebody else's
            if library in maps.read_text():
                found.append(int(maps.parent.name))
    return found


@dataclass(frozen=True, slots=True)
class Spent:
    """Of all threads since the process began."""

    cpu_ms: float
    wake_ups: int

    def since(self, before: Spent) -> Spent:
        return Spent(self.cpu_ms - before.cpu_ms, self.wake_ups - before.wake_ups)


def spent(pid: int) -> Spent:
    """A wake-up is a voluntary switch of a thread: it had gone to sleep before."""
    cpu_ns = wake_ups = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            cpu_ns += int((task / "schedstat").read_text().split()[0])
            status = (task / "status").read_text()
            wake_ups += int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
    return Spent(cpu_ns / 1e6, wake_ups)


class _Attributes(ctypes.Structure):
    """XWindowAttributes of Xlib."""

    _fields_ = (
        ("x", ctypes.c_int),
        ("y", ctypes.c_int),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("border_width", ctypes.c_int),
        ("depth", ctypes.c_int),
        ("visual", ctypes.c_void_p),
        ("root", ctypes.c_ulong),
        ("window_class", ctypes.c_int),
        ("bit_gravity", ctypes.c_int),
        ("win_gravity", ctypes.c_int),
        ("backing_store", ctypes.c_int),
        ("backing_planes", ctypes.c_ulong),
        ("backing_pixel", ctypes.c_ulong),
        ("save_under", ctypes.c_int),
        ("colormap", ctypes.c_ulong),
        ("map_installed", ctypes.c_int),
        ("map_state", ctypes.c_int),
        ("all_event_masks", ctypes.c_long),
        ("your_event_mask", ctypes.c_long),
        ("do_not_propagate_mask", ctypes.c_long),
        ("override_redirect", ctypes.c_int),
        ("screen", ctypes.c_void_p),
    )


# Xlib ends the process for a window that went while it was looked at, unless told otherwise.
_IGNORE: Final = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda _display, _error: 0)


class Screen:
    """Looks at an X screen: starting a program for each look would take the processor from what is measured."""

    def __init__(self, name: str) -> None:
        self._x: Any = ctypes.CDLL("libX11.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XDefaultRootWindow.restype = self._x.XInternAtom.restype = ctypes.c_ulong
        self._x.XSetErrorHandler(_IGNORE)
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(name.encode()))
        assert self._display, f"no screen at {name}"
        self._root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))
        self._pid_atom = ctypes.c_ulong(self._x.XInternAtom(self._display, b"_NET_WM_PID", 0))

    def close(self) -> None:
        self._x.XCloseDisplay(self._display)

    def shows_icon(self, pid: int, tray_height: int) -> bool:
        """Whether a window of the process, no higher than the tray, is visible inside another program's."""
        return any(
            self._pid_of(window) == pid and self._height_if_seen(window) in range(1, tray_height + 1)
            for toplevel in self._children(self._root)
            for window in self._below(toplevel)
        )

    def _below(self, window: ctypes.c_ulong) -> Iterator[ctypes.c_ulong]:
        for child in self._children(window):
            yield child
            yield from self._below(child)

    def _children(self, window: ctypes.c_ulong) -> list[ctypes.c_ulong]:
        root, parent = ctypes.c_ulong(), ctypes.c_ulong()
        children, count = ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
        found = (ctypes.byref(each) for each in (root, parent, children, count))
        if not self._x.XQueryTree(self._display, window, *found) or not children:
            return []
        windows = [ctypes.c_ulong(children[each]) for each in range(min(count.value, WINDOWS_LIMIT))]
        self._x.XFree(children)
        return windows

    def _pid_of(self, window: ctypes.c_ulong) -> int:
        kind, rest = ctypes.c_ulong(), ctypes.c_ulong()
        form, count = ctypes.c_int(), ctypes.c_ulong()
        value = ctypes.POINTER(ctypes.c_ulong)()
        answer = (ctypes.byref(each) for each in (kind, form, count, rest, value))
        asked = (ctypes.c_long(0), ctypes.c_long(1), 0, ctypes.c_ulong(CARDINAL))
        failed = self._x.XGetWindowProperty(self._display, window, self._pid_atom, *asked, *answer)
        if failed or not value:
            return 0
        pid = int(value[0]) if count.value else 0
        self._x.XFree(value)
        return pid

    def _height_if_seen(self, window: ctypes.c_ulong) -> int:
        found = _Attributes()
        known = self._x.XGetWindowAttributes(self._display, window, ctypes.byref(found))
        return int(found.height) if known and found.map_state == VIEWABLE else 0
