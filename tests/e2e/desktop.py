"""What does a person have in front of them: a screen with a tray, a keyring, a mouse, a keyboard, a screen reader?

Everything is private to the tests: an X server without a screen behind it, a session bus, a window manager, a tray host and a
keyring that was unlocked with a password of ours.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from tests.e2e.eventually import eventually
from tests.e2e.programs import Done, Program, run

SYSTEM_PYTHON: Final = "/usr/bin/python3"
TOOLS: Final = (
    "Xvfb",
    "openbox",
    "trayer",
    "xdotool",
    "import",
    "dbus-daemon",
    "gnome-keyring-daemon",
    "secret-tool",
    "xprop",
    "faketime",
)
SCREEN: Final = (1280, 800)
TRAY_HEIGHT: Final = 24
LEFT: Final = 1
RIGHT: Final = 3


def missing_tools() -> list[str]:
    """What is not installed here, by name; packaging/linux/test-packages.txt says what brings it."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    probe = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
    if not Path(SYSTEM_PYTHON).exists() or run([SYSTEM_PYTHON, "-c", probe], {}).code:
        missing.append("Atspi for Python")
    return missing


@dataclass(frozen=True, slots=True)
class Widget:
    """Something on the screen as a screen reader sees it; the place is in pixels of the screen."""

    pid: int
    role: str
    name: str
    description: str
    text: str
    x: int
    y: int
    width: int
    height: int
    states: tuple[str, ...]

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2


class ScreenReader:
    """One process that keeps listening, so that menus are noticed when they open."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(Path(__file__).with_name("screen_reader.py"))],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert json.loads(self._out.readline()) == "ready"

    @property
    def _out(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def _ask(self, **request: object) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._out.readline())

    def widgets(self, pid: int) -> list[Widget]:
        """All that the process shows, outer before inner, open menus last."""
        seen = (Widget(**{**each, "states": tuple(each["states"])}) for each in self._ask(do="look"))
        return [widget for widget in seen if widget.pid == pid]

    def press(self, pid: int, role: str, name: str) -> bool:
        return bool(self._ask(do="press", pid=pid, role=role, name=name))

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._out.close()


@dataclass(slots=True)
class Desktop:
    """One for all tests of a run; every test keeps its own files elsewhere. `folder` has a short path: sockets live in it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    programs: list[Program] = field(default_factory=list)
    _reader: ScreenReader | None = None

    def open(self) -> None:
        for name in ("home", "run", "config", "data", "state", "cache"):
            (self.folder / name).mkdir(mode=0o700)
        self.environment = self._environment()
        display = self._open_screen()
        self.environment["DISPLAY"] = f":{display}"
        bus = self.folder / "run" / "bus"
        self._start("bus", ["dbus-daemon", "--session", "--nofork", f"--address=unix:path={bus}"])
        eventually(bus.exists, "the session bus")
        self._start("windows", ["openbox"])
        eventually(lambda: "_NET_SUPPORTING_WM_CHECK" in self._root_property(), "a window manager")
        tray = ["trayer", "--SetDockType", "true", "--edge", "top", "--align", "right"]
        self._start("tray", [*tray, "--widthtype", "request", "--height", str(TRAY_HEIGHT)])
        keyring = ["gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground"]
        self._start("keyring", keyring, say="a password of the tests")
        eventually(self._keyring_is_open, "the keyring")
        self._reader = ScreenReader(self.environment)

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
        for program in reversed(self.programs):
            program.kill9()

    def _environment(self) -> dict[str, str]:
        own = {
            "HOME": "home",
            "XDG_RUNTIME_DIR": "run",
            "XDG_CONFIG_HOME": "config",
            "XDG_DATA_HOME": "data",
            "XDG_STATE_HOME": "state",
            "XDG_CACHE_HOME": "cache",
        }
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.folder / 'run' / 'bus'}",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "QT_QPA_PLATFORM": "xcb",
            "PYTHONUNBUFFERED": "1",
            **{name: str(self.folder / place) for name, place in own.items()},
        }

    def _open_screen(self) -> int:
        """Xvfb picks a free display number itself and writes it down when it is ready."""
        number = self.folder / "display"
        number.touch()
        size = f"{SCREEN[0]}x{SCREEN[1]}x24"
        words = f"exec Xvfb -displayfd 3 -screen 0 {size} -nolisten tcp -noreset 3>'{number}'"
        self._start("screen", ["sh", "-c", words])
        return int(eventually(lambda: number.read_text().strip(), "a screen"))

    def _start(self, name: str, command: list[str], say: str = "") -> None:
        program = Program(command, self.environment, self.folder / f"{name}.log")
        program.start(say)
        self.programs.append(program)

    def _root_property(self) -> str:
        return self.run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK").out

    def _keyring_is_open(self) -> bool:
        question = ["--dest=org.freedesktop.DBus", "--print-reply", "/", "org.freedesktop.DBus.NameHasOwner"]
        return (
            "boolean true"
            in self.run("dbus-send", "--session", *question, "string:org.freedesktop.secrets").out
        )

    # ---- what a person does -------------------------------------------------------------------------------

    def run(self, *command: str, say: str | None = None) -> Done:
        return run(list(command), self.environment, say)

    def click(self, place: tuple[int, int], button: int = LEFT) -> None:
        x, y = place
        self.run("xdotool", "mousemove", str(x), str(y), "click", str(button))

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """As a hand does: the window manager takes over while the pointer is on its way."""
        steps = 40
        way = [
            tuple(begin + (stop - begin) * step // steps for begin, stop in zip(start, end, strict=True))
            for step in (1, 2, 3, 10, 20, 30, 40)
        ]
        moves = [word for x, y in [*way, end] for word in ("mousemove", str(x), str(y), "sleep", "0.05")]
        first = ["mousemove", str(start[0]), str(start[1]), "mousedown", "1"]
        self.run("xdotool", *first, *moves, "mouseup", "1")

    def press(self, *keys: str) -> None:
        self.run("xdotool", "key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        self.run("xdotool", "type", "--delay", "15", text)

    def screenshot(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.run("import", "-window", "root", str(path))

    def keyring(self, **attributes: str) -> str:
        """The secret with these attributes, empty when there is none."""
        words = [word for pair in attributes.items() for word in pair]
        return self.run("secret-tool", "lookup", *words).out

    # ---- what a person sees -------------------------------------------------------------------------------

    @property
    def reader(self) -> ScreenReader:
        assert self._reader is not None, "not open"
        return self._reader

    def widgets(self, pid: int) -> list[Widget]:
        return self.reader.widgets(pid)

    def find(self, pid: int, what: str, matching: Callable[[Widget], bool], within: float = 10.0) -> Widget:
        """The first visible widget of the process that matches, waited for."""

        def look() -> Widget | None:
            shown = (each for each in self.widgets(pid) if "showing" in each.states and each.width > 0)
            return next((each for each in shown if matching(each)), None)

        return eventually(look, f"{what} on the screen", within)

    def tray_icon(self, pid: int) -> tuple[int, int]:
        """The middle of the process's icon in the tray."""
        return eventually(lambda: self._icon_of(pid), "an icon in the tray")

    def _icon_of(self, pid: int) -> tuple[int, int] | None:
        for window in self.run("xdotool", "search", "--onlyvisible", "--pid", str(pid)).out.split():
            lines = self.run("xdotool", "getwindowgeometry", "--shell", window).out.split()
            place = {key: int(value) for key, _, value in (line.partition("=") for line in lines)}
            if place and place["Y"] < TRAY_HEIGHT and place["HEIGHT"] <= TRAY_HEIGHT:
                return place["X"] + place["WIDTH"] // 2, place["Y"] + place["HEIGHT"] // 2
        return None
