"""Which files does the app keep, and what are they called?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from app.errors import ProfileUnusable


@dataclass(frozen=True, slots=True)
class Profile:
    """The folder for everything the app keeps. Asking for a path touches no disk."""

    folder: Path

    def ensure(self) -> None:
        """Make the folder, readable by its owner only. ProfileUnusable."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ProfileUnusable(self.folder) from error

    @property
    def settings_file(self) -> Path:
        return self.folder / "settings.json"

    @property
    def lock_file(self) -> Path:
        return self.folder / "run.lock"

    @property
    def log_file(self) -> Path:
        return self.folder / "hourkeep.log"

    def queue_file(self, server_id: str, user_id: int) -> Path:
        """The outbox of one user on one server; it survives a change of the server's address."""
        return self.folder / f"queue-{_account(server_id, user_id)}.sqlite3"

    def cache_file(self, server_id: str, user_id: int) -> Path:
        return self.folder / f"cache-{_account(server_id, user_id)}.sqlite3"

    def digest(self) -> str:
        """Short name of this profile, for things that live outside it."""
        return hashlib.sha256(str(self.folder).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _account(server_id: str, user_id: int) -> str:
    return hashlib.sha256(f"{server_id}\n{user_id}".encode()).hexdigest()[:16]
