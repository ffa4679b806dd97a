"""What can be refused or fail on this machine, by stable code and in words for people?

`code` never changes; windows look their own words up by it. `str(error)` is the English sentence.
"""

from __future__ import annotations

from pathlib import Path


class AppError(Exception):
    """Something a person can read and act on. Everything else that is raised is a bug."""

    code = "error"


# ---- a gesture that makes no sense now: nothing is recorded -------------------------------------------


class Refused(AppError):
    """The gesture is refused; timer and outbox are as before."""

    code = "refused"
    text = "This is not possible now."

    def __init__(self, text: str | None = None) -> None:
        super().__init__(text or self.text)


class NothingRuns(Refused):
    code = "nothing_runs"
    text = "No timer is running."


class AlreadyRuns(Refused):
    code = "already_runs"
    text = "This timer runs already."


class AlreadyPaused(Refused):
    code = "already_paused"
    text = "The timer is paused already."


class NotPaused(Refused):
    code = "not_paused"
    text = "The timer is not paused."


class AgoTooFar(Refused):
    """The start would lie before the running stretch began, before the pause, or too long ago to count."""

    code = "ago_too_far"
    text = "The start would lie before the timer that runs now began."


class AgoInFuture(Refused):
    code = "ago_in_future"
    text = "The start would lie in the future."


class DescriptionTooLong(Refused):
    code = "description_too_long"

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"The description has {length:,} characters; {limit:,} are possible.")
        self.length = length
        self.limit = limit


class TextUnreadable(Refused):
    """Lone surrogates and NUL: no server and no database could keep them."""

    code = "text_unreadable"
    text = "The description contains characters that cannot be saved. Remove them and try again."


class UnknownIssue(Refused):
    """No issue of that key is known here."""

    code = "unknown_issue"

    def __init__(self, key: str) -> None:
        super().__init__(f"No issue {key} is known here. Check the key, or sync first if it is new.")
        self.key = key


class SignInFirst(Refused):
    """Nobody has ever signed in here: there is no one whose time it would be."""

    code = "sign_in_first"
    text = "Sign in first: hourkeep login --server URL --email E --password-stdin, or “Sign in…” in the tray."


# ---- the files of the profile -------------------------------------------------------------------------


class FileTrouble(AppError):
    """A file of the profile cannot be used. `path` is the file or folder; nothing was deleted."""

    code = "file_trouble"

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(text)
        self.path = path


class OutboxNewer(FileTrouble):
    code = "outbox_newer"

    def __init__(self, path: Path, version: int) -> None:
        super().__init__(
            path, f"Your recorded time in {path} was written by a newer Hourkeep. Install that version again."
        )
        self.version = version


class OutboxLocked(FileTrouble):
    code = "outbox_locked"

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"Another program has {path} open. Hourkeep may be running already.")


class OutboxUnwritable(FileTrouble):
    code = "outbox_unwritable"

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"Your time cannot be recorded: {path} cannot be written.")


class OutboxCorrupt(FileTrouble):
    """Not a database, not an outbox, or damaged. The file stays as it is; `set_aside` moves it."""

    code = "outbox_corrupt"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, f"{path} is damaged ({reason}). It is kept as it is.")
        self.reason = reason


class OutboxSetAside(FileTrouble):
    """A damaged outbox was kept under the name `aside`, and a new one begun."""

    code = "outbox_set_aside"

    def __init__(self, path: Path, aside: Path, reason: str) -> None:
        super().__init__(
            path,
            f"The file with your recorded time is damaged ({reason}). It is kept as {aside}, and a new one was begun.",
        )
        self.aside = aside


class DiskFull(FileTrouble):
    """No room: the action is not recorded, the file is as before."""

    code = "disk_full"

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"Not recorded: the disk that holds {path.parent} is full.")


class SettingsUnwritable(FileTrouble):
    code = "settings_unwritable"

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"The settings cannot be saved: {path} cannot be written.")


class SettingsUnreadable(FileTrouble):
    """The app starts with its own settings. `aside`: where the file was kept; None when it stayed where it is."""

    code = "settings_unreadable"

    def __init__(self, path: Path, aside: Path | None) -> None:
        super().__init__(
            path,
            f"The settings cannot be read, so Hourkeep starts with its own. They are kept as {aside or path}.",
        )
        self.kept = aside or path


class SettingsIgnored(FileTrouble):
    """Some settings make no sense; the others hold."""

    code = "settings_ignored"

    def __init__(self, path: Path, names: tuple[str, ...]) -> None:
        self.names = ", ".join(names)
        super().__init__(path, f"These settings in {path} make no sense and are left out: {self.names}.")


class ProfileUnusable(FileTrouble):
    code = "profile_unusable"

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"Hourkeep cannot keep its files in {path}. Choose a folder you can write to.")
