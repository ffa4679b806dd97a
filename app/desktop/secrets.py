"""Where is the sign-in's token kept, and what if the system's keyring is not there?

In the keyring; without a usable one in a file that only its owner can read. Whatever a keyring does, tracking goes on.
Asking it may show a window and wait for the person: in the sync thread only, never in the GUI thread.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol, TypeVar

from app.errors import FileTrouble

SERVICE: Final = "hourkeep"
FILE_NAME: Final = "secrets.json"
NOTE: Final = "/mark"

OWNER_ONLY: Final = 0o600
NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL

Answer = TypeVar("Answer")

log = logging.getLogger(__name__)


class Keyring(Protocol):
    """As the module `keyring` is. Anything may be raised: a backend is somebody else's program."""

    def get_password(self, service: str, username: str, /) -> str | None: ...

    def set_password(self, service: str, username: str, password: str, /) -> None: ...

    def delete_password(self, service: str, username: str, /) -> None: ...


class Kept(StrEnum):
    """Where a token is."""

    KEYRING = "keyring"
    FILE = "file"


def system_keyring() -> Keyring:
    import keyring  # noqa: PLC0415  # its start takes longer than the tray's, and only the sync thread needs it

    return keyring


class Secrets:
    """Tokens by the name of their account; `folder` is the profile's.

    An entry in the file goes before the keyring: it was written when the keyring could not be used.
    """

    def __init__(self, folder: Path, open_keyring: Callable[[], Keyring] = system_keyring) -> None:
        self._file = _PrivateFile(folder / FILE_NAME)
        self._open_keyring = open_keyring

    @property
    def file(self) -> Path:
        """Where tokens are that no keyring took."""
        return self._file.path

    def load(self, name: str) -> str | None:
        """The token; None when there is none or the keyring stays locked. What is in the file moves to the keyring."""
        entries = self._file.read()
        if name not in entries:
            return self._from_keyring(name)
        token = entries.pop(name)
        if self._gone_from_keyring(name) if token is None else self._into_keyring(name, token):
            with suppress(FileTrouble):  # then it moves the next time
                self._file.write(entries)
        return token

    def store(self, name: str, token: str) -> Kept:
        """Replaces the token there was. FileTrouble when neither the keyring nor the disk takes it."""
        entries = self._file.read()
        if not self._into_keyring(name, token):
            self._file.write({**entries, name: token})
            return Kept.FILE
        if name in entries:
            del entries[name]
            self._file.write(entries)
        return Kept.KEYRING

    def forget(self, name: str) -> None:
        """`load` answers None from now on, also when the keyring is locked just now and keeps its copy for a while.

        FileTrouble when the file would have to say so and cannot be written.
        """
        entries = self._file.read()
        if not self._gone_from_keyring(name):
            self._file.write({**entries, name: None})
        elif name in entries:
            del entries[name]
            self._file.write(entries)

    def recall(self, name: str) -> str | None:
        """The note beside the token; None where the token is not in the keyring: then the keyring is not asked at all."""
        return None if name in self._file.read() else self._from_keyring(name + NOTE)

    def note(self, name: str, text: str) -> None:
        """Kept outside of the profile, so that it does not go back with the profile's files. What cannot be kept is left."""
        if name not in self._file.read():
            self._into_keyring(name + NOTE, text)

    def _from_keyring(self, name: str) -> str | None:
        try:
            return self._open_keyring().get_password(SERVICE, name)
        except Exception as error:  # noqa: BLE001  # a backend may raise anything
            return _unusable(error, None)

    def _into_keyring(self, name: str, token: str) -> bool:
        """Whether it is there: some backends take everything and keep nothing."""
        try:
            keyring = self._open_keyring()
            keyring.set_password(SERVICE, name, token)
            return keyring.get_password(SERVICE, name) == token
        except Exception as error:  # noqa: BLE001  # a backend may raise anything
            return _unusable(error, answer=False)

    def _gone_from_keyring(self, name: str) -> bool:
        try:
            keyring = self._open_keyring()
            if keyring.get_password(SERVICE, name) is None:
                return True
            keyring.delete_password(SERVICE, name)
            return keyring.get_password(SERVICE, name) is None
        except Exception as error:  # noqa: BLE001  # a backend may raise anything
            return _unusable(error, answer=False)


class _PrivateFile:
    """Tokens by name, None for one that is to be removed from the keyring. No file when there are none."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, str | None]:
        """Empty when it cannot be read: then the person signs in again."""
        try:
            entries = json.loads(self.path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(entries, dict):
            return {}
        return {name: token for name, token in entries.items() if token is None or isinstance(token, str)}

    def write(self, entries: dict[str, str | None]) -> None:
        """Replace the file at once or leave it as it is. FileTrouble."""
        try:
            if entries:
                self._replace(json.dumps(entries).encode())
            else:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            raise FileTrouble(
                self.path, f"The sign-in cannot be kept: {self.path} cannot be written."
            ) from error

    def _replace(self, content: bytes) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.path.with_name(f"{self.path.name}.new")
        draft.unlink(missing_ok=True)
        try:
            with os.fdopen(os.open(draft, NEW_FILE, OWNER_ONLY), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        self._sync_folder()

    def _sync_folder(self) -> None:
        """The new name is on the disk too; Windows has no such call and needs none."""
        if os.name != "nt":
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _unusable(error: Exception, answer: Answer) -> Answer:
    """Its words are left out: nobody knows what a backend puts into them."""
    log.info("the keyring cannot be used: %s", type(error).__name__)
    return answer
