"""What did the user set up, by environment and by file?

The only reader of the environment in the app. The settings file is replaced whole, keeps keys it does not know and
never stops the app: what cannot be read is set aside and said.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, get_type_hints

import msgspec
import platformdirs

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
    return Profile(Path(platformdirs.user_state_dir("hourkeep", appauthor=False, roaming=False)))


def socket_name(profile: Profile, environment: Environment | None = None) -> str:
    """Where this profile's running app listens: a path that only its user can reach, a pipe's name on Windows.

    ProfileUnusable when somebody else owns the folder for it.
    """
    if sys.platform == "win32":
        return f"hourkeep-{profile.digest()}"
    variables = environment or Environment.read()
    name = f"hourkeep-{profile.digest()}.sock"
    folder = variables.runtime_dir
    if folder and Path(folder).is_dir() and len(os.fsencode(f"{folder}/{name}")) <= SOCKET_PATH_LIMIT:
        return str(Path(folder) / name)
    return str(_private_folder(Path(tempfile.gettempdir()) / f"hourkeep-{os.getuid()}") / name)


def load(path: Path) -> Loaded:
    """The settings at `path`; defaults where there are none. Never fails."""
    try:
        raw = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except FileNotFoundError:
        return Loaded(Settings())
    except OSError:
        return Loaded(Settings(), ignored=(path.name,))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Loaded(Settings(), set_aside=_set_aside(path))
    return _understand(raw)


def save(path: Path, settings: Settings) -> None:
    """Replace the file at once or leave it as it is. SettingsUnwritable."""
    known = {name: getattr(settings, name) for name in _kinds()}
    text = json.dumps({**settings.unknown, **known}, indent=2, ensure_ascii=False, sort_keys=True)
    try:
        _replace(path, text.encode("utf-8", "replace") + b"\n")
    except OSError as error:
        raise SettingsUnwritable(path) from error


def _kinds() -> Mapping[str, Any]:
    hints = get_type_hints(Settings)
    return {each.name: hints[each.name] for each in fields(Settings) if each.name != "unknown"}


def _understand(raw: dict[str, Any]) -> Loaded:
    known: dict[str, Any] = {}
    ignored = []
    for name, kind in _kinds().items():
        if name in raw:
            try:
                known[name] = msgspec.convert(raw.pop(name), kind)
            except msgspec.ValidationError:
                ignored.append(name)
    return Loaded(Settings(**known, unknown=raw), ignored=tuple(ignored))


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


def _private_folder(folder: Path) -> Path:
    """A folder in a place that all users share: it must be ours, else somebody else would read the commands."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise ProfileUnusable(folder) from error
    if found.st_uid != os.getuid() or found.st_mode & 0o077 or not folder.is_dir() or folder.is_symlink():
        raise ProfileUnusable(folder)
    return folder
