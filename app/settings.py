"""What did the user set up, by environment and by file?

The only reader of the environment in the app. The settings file is replaced whole, keeps keys it does not know and
never stops the app: what cannot be read is set aside and said.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from app.errors import ProfileUnusable, SettingsUnwritable
from app.paths import Profile

SOCKET_PATH_LIMIT: Final = 100  # macOS allows 103 bytes, Linux 107


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables that the app listens to; None where not set."""

    profile: str | None = None
    tz: str | None = None
    runtime_dir: str | None = None

    @classmethod
    def read(cls) -> Environment:
        variables = os.environ  # noqa: TID251  # this is the one place that reads it
        return cls(
            profile=variables.get("HOURKEEP_PROFILE") or None,
            tz=variables.get("TZ") or None,
            runtime_dir=variables.get("XDG_RUNTIME_DIR") or None,
        )


def spare_the_x_server() -> None:
    """To be called before the toolkit begins. What is painted goes over the socket to an X server: in shared memory, each
    second's few pixels would wait for an answer, which wakes this program two times more.
    """
    os.environ.setdefault("QT_XCB_NO_MITSHM", "1")  # noqa: TID251  # as above; the toolkit has no other switch for it


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is remembered between two runs beside time itself.

    `positions`: place of the floating timer by screen arrangement. `language` None: as the system's.
    `unknown`: keys of another version, written back as they came.
    """

    server_url: str | None = None
    server_id: str | None = None
    email: str | None = None
    user_id: int | None = None
    user_name: str | None = None
    positions: dict[str, tuple[int, int]] = field(default_factory=dict)
    show_floating: bool = True
    compact: bool = False
    theme: Theme = Theme.SYSTEM
    language: str | None = None
    unknown: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Loaded:
    """`set_aside`: where an unreadable file went; `ignored`: keys whose value made no sense. Both are worth saying."""

    settings: Settings
    set_aside: Path | None = None
    ignored: tuple[str, ...] = ()


def find_profile(environment: Environment) -> Profile:
    """HOURKEEP_PROFILE, else the platform's local folder for data that does not roam between machines."""
    if environment.profile is not None:
        return Profile(Path(environment.profile).expanduser().resolve())
    import platformdirs  # noqa: PLC0415  # the tray and the commands wait for it, and only here it is needed

    return Profile(Path(platformdirs.user_state_dir("hourkeep", appauthor=False, roaming=False)))


def socket_name(profile: Profile, environment: Environment | None = None) -> str:
    """Where this profile's running app listens: a path that only its user can reach, a pipe's name on Windows.

    ProfileUnusable when somebody else owns the folder for it.
    """
    if sys.platform == "win32":
        return f"hourkeep-{profile.digest()}"
    else:  # noqa: RET505  # the type checker follows the platform only in one chain
        return _socket_path(profile, (environment or Environment.read()).runtime_dir)


def load(path: Path) -> Loaded:
    """The settings at `path`; defaults where there are none. Never fails."""
    try:
        raw = json.loads(path.read_bytes().decode())
    except FileNotFoundError:
        return Loaded(Settings())
    except OSError:
        return Loaded(Settings(), ignored=(path.name,))
    except (ValueError, RecursionError):
        return Loaded(Settings(), set_aside=_set_aside(path))
    if not isinstance(raw, dict):
        return Loaded(Settings(), set_aside=_set_aside(path))
    return _understand(raw)


def save(path: Path, settings: Settings) -> None:
    """Replace the file at once or leave it as it is. SettingsUnwritable."""
    known = {name: getattr(settings, name) for name in READERS}
    text = json.dumps({**settings.unknown, **known}, indent=2, sort_keys=True)
    try:
        _replace(path, f"{text}\n".encode())
    except OSError as error:
        raise SettingsUnwritable(path) from error


def _understand(raw: dict[str, Any]) -> Loaded:
    known: dict[str, Any] = {}
    ignored = []
    for name, read in READERS.items():
        if name in raw:
            try:
                known[name] = read(raw.pop(name))
            except (TypeError, ValueError):
                ignored.append(name)
    return Loaded(Settings(**known, unknown=raw), ignored=tuple(ignored))


def _text(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: object) -> int | None:
    if value is not None and type(value) is not int:
        raise TypeError
    return value


def _choice(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _theme(value: object) -> Theme:
    return Theme(str(value))


def _positions(value: object) -> dict[str, tuple[int, int]]:
    if not isinstance(value, dict):
        raise TypeError
    return {arrangement: _place(place) for arrangement, place in value.items()}


def _place(value: object) -> tuple[int, int]:
    match value:
        case [int(x), int(y)]:
            return x, y
        case _:
            raise TypeError


READERS: Final[Mapping[str, Callable[[object], object]]] = {
    "server_url": _text,
    "server_id": _text,
    "email": _text,
    "user_id": _whole,
    "user_name": _text,
    "positions": _positions,
    "show_floating": _choice,
    "compact": _choice,
    "theme": _theme,
    "language": _text,
}
"""Every setting but `unknown`; TypeError or ValueError when the value is no such thing."""


def _set_aside(path: Path) -> Path | None:
    """The unreadable file keeps its content under a new name; None when even that is not possible."""
    for number in range(1, 1000):
        aside = path.with_name(f"{path.name}.unreadable-{number}")
        if not aside.exists():
            try:
                return path.replace(aside)
            except OSError:
                return None
    return None


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise


if sys.platform != "win32":

    def _socket_path(profile: Profile, runtime_dir: str | None) -> str:
        name = f"hourkeep-{profile.digest()}.sock"
        if runtime_dir and Path(runtime_dir).is_dir():
            path = f"{runtime_dir}/{name}"
            if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
                return path
        import tempfile  # noqa: PLC0415  # as platformdirs above

        return str(_private_folder(Path(tempfile.gettempdir()) / f"hourkeep-{os.getuid()}") / name)

    def _private_folder(folder: Path) -> Path:
        """A folder in a place that all users share: it must be ours, else somebody else would read the commands."""
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
        except OSError as error:
            raise ProfileUnusable(folder) from error
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise ProfileUnusable(folder)
        return folder
