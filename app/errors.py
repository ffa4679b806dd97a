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


# ---- time that is entered or corrected by hand --------------------------------------------------------


class EndBeforeStart(Refused):
    code = "end_before_start"
    text = "The end has to lie after the start."


class InFuture(Refused):
    code = "in_future"
    text = "This lies in the future. Enter time once it has passed."


class TooLong(Refused):
    """One uninterrupted stretch; the server would hold it."""

    code = "too_long"

    def __init__(self, hours: int) -> None:
        super().__init__(f"More than {hours} hours without a break cannot be entered. Check start and end.")
        self.hours = hours


class TooEarly(Refused):
    """Before the first second that the server takes."""

    code = "too_early"

    def __init__(self, year: int) -> None:
        super().__init__(f"This lies before the year {year}. Check the date.")
        self.year = year


class NothingChanged(Refused):
    code = "nothing_changed"
    text = "Nothing was changed."


class StillRuns(Refused):
    code = "still_runs"

    def __init__(self, key: str) -> None:
        super().__init__(f"The timer of {key} has not ended yet. Stop it first.")
        self.key = key


class OutsideLog(Refused):
    code = "outside_log"
    text = "Choose a second between its start and its end, while it was worked on."


class SharedTime(Refused):
    """Parts of a log own their seconds anew; where another log has some of them, it would lose them."""

    code = "shared_time"

    def __init__(self, key: str) -> None:
        super().__init__(f"A part of this time counts on {key}. Correct that first.")
        self.key = key


class AlreadyDeleted(Refused):
    code = "already_deleted"
    text = "This log is deleted already."


class UnknownLog(Refused):
    code = "unknown_log"

    def __init__(self, typed: str) -> None:
        super().__init__(f"No log {typed} is known here. Look it up: hourkeep log list.")
        self.typed = typed


class SeveralLogs(Refused):
    code = "several_logs"

    def __init__(self, typed: str) -> None:
        super().__init__(f"Several logs begin with {typed}. Type more letters of it.")
        self.typed = typed


class UnknownItem(Refused):
    code = "unknown_item"

    def __init__(self, typed: str) -> None:
        super().__init__(f"Nothing that needs you is named {typed}. Look it up: hourkeep outbox.")
        self.typed = typed


class NotOffered(Refused):
    """Another choice than the server offers for it."""

    code = "not_offered"

    def __init__(self, choices: tuple[str, ...]) -> None:
        self.choices = ", ".join(choices)
        super().__init__(f"That cannot be chosen here. Possible: {self.choices}.")


class ChoiceIncomplete(Refused):
    """An issue to move it to, or start and end, are missing."""

    code = "choice_incomplete"
    text = "Say the issue to move it to, or its new start and end."


class SettledAlready(Refused):
    code = "settled_already"
    text = "You have settled this already. It waits for the server."


class NotATime(Refused):
    code = "not_a_time"

    def __init__(self, typed: str) -> None:
        super().__init__(f"“{typed}” is no time. Write it as 09:30, or 2026-03-29 09:30.")
        self.typed = typed


class TimeSkipped(Refused):
    """The clock was put forward over it."""

    code = "time_skipped"

    def __init__(self, typed: str) -> None:
        super().__init__(f"There was no {typed}: the clock was put forward. Choose another time.")
        self.typed = typed


class TimeTwice(Refused):
    """The clock was put back, and showed it twice."""

    code = "time_twice"

    def __init__(self, typed: str) -> None:
        super().__init__(f"The clock showed {typed} twice that day. Say which one: the first or the second.")
        self.typed = typed


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
        super().__init__(
            path,
            f"Your time cannot be recorded: {path} cannot be written. What you recorded before is still there;"
            " Hourkeep tries again when you do.",
        )


class OutboxCorrupt(FileTrouble):
    """Not a database, not an outbox, or damaged. The file stays as it is until the outbox is made anew."""

    code = "outbox_corrupt"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, f"{path} is damaged ({reason}). It is kept as it is.")
        self.reason = reason


class OutboxOnNetwork(FileTrouble):
    """Another machine's file system: it may say that something is on the disk when it is not. Nothing was touched."""

    code = "outbox_on_network"

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            f"Your time cannot be recorded in {path}, because that folder lies on another machine."
            " Choose one on this machine with HOURKEEP_PROFILE.",
        )


class OutboxSalvaged(FileTrouble):
    """The outbox could not be used and was made anew; nothing is missing. `kept`: where the old file is."""

    code = "outbox_salvaged"

    def __init__(self, path: Path, kept: Path) -> None:
        super().__init__(
            path,
            f"The file with your recorded time was damaged. Everything was restored; the old file is kept as {kept}.",
        )
        self.kept = kept


class OutboxSalvagedInPart(FileTrouble):
    """As before, and nobody can show that nothing is missing. `saved`: how many actions were found."""

    code = "outbox_salvaged_in_part"

    def __init__(self, path: Path, kept: Path, saved: int) -> None:
        super().__init__(
            path,
            "The file with your recorded time was damaged. Something you recorded lately may be missing:"
            f" please look at your time. The old file is kept as {kept}.",
        )
        self.kept = kept
        self.saved = saved


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
