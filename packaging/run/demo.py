"""How does a newcomer see Hourkeep work, without typing anything else?

Starts the server with the demo company, starts the tray signed in as Anna, and stops both when the tray quits or Ctrl-C
is pressed. Everything is kept in one folder (`.demo`), so that a second run goes on where the first ended.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic
from types import FrameType
from typing import Final

from app.paths import Profile
from app.settings import socket_name

ROOT: Final = Path(__file__).resolve().parents[2]
USUAL_PORT: Final = 8765
EMAIL: Final = "anna@demo.test"
PASSWORD: Final = "demo-password"  # noqa: S105  printed for everyone, on a server that only this machine reaches
READY_WITHIN_S: Final = 60
QUIT_WITHIN_S: Final = 15
WINDOWS: Final = sys.platform == "win32"
OWN_GROUP: Final = 0x200 if WINDOWS else 0  # CREATE_NEW_PROCESS_GROUP

NO_SCREEN: Final = """\
Hourkeep's tray needs a screen, and this session has none (DISPLAY and WAYLAND_DISPLAY are not set).
  On a desktop: open a terminal there and type make run again.
  Over ssh: connect with ssh -X and type make run again.
  Without any screen: sudo apt-get install -y xvfb && xvfb-run make run
Nothing was started."""

WELCOME: Final = """\
Hourkeep is running: look for its icon in the tray. The demo company's server is {url}
  Signed in as {email}. Try: .venv/bin/hourkeep start BP-123   (HOURKEEP_PROFILE={profile})
  Everyone's password is {password}; ben@demo.test, manager@demo.test and admin@demo.test are there too.
Ctrl-C stops the tray and the server. What you tracked stays in {folder}"""


class Trouble(Exception):
    """The demo cannot go on; the text says why, for a person."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything of the demo is kept."""

    folder: Path

    @property
    def profile(self) -> Path:
        return self.folder / "profile"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{(self.folder / 'server.sqlite3').as_posix()}"

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "HOURKEEP_PROFILE": str(self.profile),
            "HOURKEEP_DATABASE_URL": self.database_url,
        }


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the demo company's server and the tray, signed in.")
    parser.add_argument("--folder", type=Path, default=ROOT / ".demo", help="where the demo keeps everything")
    place = Place(parser.parse_args().folder.resolve())
    if sys.platform.startswith("linux") and not has_screen():
        print(NO_SCREEN, file=sys.stderr)
        return 1
    place.profile.mkdir(parents=True, exist_ok=True)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), as_ctrl_c)
    try:
        run(place)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.")
    return 0


def run(place: Place) -> None:
    if listens(place):
        finish(place, "app")
        raise Trouble("The demo runs already: its timer was brought to the front.")
    port, is_new_port = choose_port(place)
    url = f"http://127.0.0.1:{port}"
    for command in ("migrate", "demo"):
        finish(place, "server", command)
    with child(place, "server", "serve", "--host", "127.0.0.1", "--port", str(port)) as server:
        until(lambda: answers(url), "server", server, place)
        with child(place, "app") as app:
            until(lambda: listens(place), "app", app, place)
            if is_new_port or b'"signed_out"' in finish(place, "app", "status", "--json"):
                finish(
                    place, "app", "login", "--server", url, "--email", EMAIL, "--password-stdin", say=PASSWORD
                )
            print(
                WELCOME.format(
                    url=url, email=EMAIL, password=PASSWORD, profile=place.profile, folder=place.folder
                ),
                flush=True,
            )
            watch(app, server, place)


def watch(app: subprocess.Popen[bytes], server: subprocess.Popen[bytes], place: Place) -> None:
    """Returns when the tray was quit; raises when either ended by itself."""
    while app.poll() is None:
        if server.poll() is not None:
            raise Trouble(f"The server stopped by itself. What it said is in {place.folder / 'server.log'}")
        pause(0.3)
    if app.returncode:
        raise Trouble(f"The tray stopped by itself. What it said is in {place.folder / 'app.log'}")


def has_screen() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def choose_port(place: Place) -> tuple[int, bool]:
    """The port of the last run if it is free, so that the app finds its server again; and whether it changed."""
    remembered = place.folder / "port"
    last = int(remembered.read_text()) if remembered.exists() else None
    wanted = last or USUAL_PORT
    port = wanted if is_free(wanted) else free_port()
    remembered.write_text(str(port))
    return port, port != last


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        if not WINDOWS:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def child(place: Place, package: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program of ours in its own process group: Ctrl-C reaches this script alone, which stops them in order."""
    with (place.folder / f"{package}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", package, *arguments],
            cwd=ROOT,
            env=place.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=not WINDOWS,
            creationflags=OWN_GROUP,
        )
        try:
            yield process
        finally:
            stop(process, place, package)


def stop(process: subprocess.Popen[bytes], place: Place, package: str) -> None:
    if process.poll() is not None:
        return
    if sys.platform != "win32":
        process.terminate()
    elif package == "app":
        finish(place, "app", "quit")
    else:
        process.send_signal(signal.CTRL_BREAK_EVENT)  # what Windows has in place of SIGTERM
    try:
        process.wait(QUIT_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def finish(place: Place, package: str, *arguments: str, say: str = "") -> bytes:
    """Runs one of our commands to its end."""
    done = subprocess.run(
        [sys.executable, "-m", package, *arguments],
        cwd=ROOT,
        env=place.environment(),
        input=say.encode(),
        capture_output=True,
        check=False,
        start_new_session=not WINDOWS,
    )
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip()
        raise Trouble(f"{package} {' '.join(arguments[:1])} did not work: {words}")
    return done.stdout


def until(condition: Callable[[], bool], what: str, process: subprocess.Popen[bytes], place: Place) -> None:
    deadline = monotonic() + READY_WITHIN_S
    while not condition():
        if process.poll() is not None or monotonic() > deadline:
            raise Trouble(f"The {what} did not start. What it said is in {place.folder / what}.log")
        pause(0.05)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as reply:  # noqa: S310  our own http address
            return bool(reply.status == 200)  # noqa: PLR2004
    except OSError:
        return False


def listens(place: Place) -> bool:
    """Whether the app answers at its local socket."""
    name = socket_name(Profile(place.profile))
    if sys.platform == "win32":
        return Path(rf"\\.\pipe\{name}").exists()
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(name)
        except OSError:
            return False
    return True


def pause(seconds: float) -> None:
    Event().wait(seconds)


def as_ctrl_c(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
