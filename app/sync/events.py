"""What can happen to the sync engine, and what can it ask for?

Events go in, effects come out. Effects for the network are carried out in the sync thread, effects for the device's files by
the desk, in the thread that owns them; each is answered by an event.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from app.clock import ServerAnchor
from app.core.logbook import OwnLog
from app.core.notices import Notice
from app.core.screen import Account, Hindrance, Link
from app.core.snapshot import Snapshot
from app.store.catalog import IssueLike, ProjectLike
from app.store.identity import Mark
from app.store.records import Batch, ChainHead, LifeSign, Settled


class Code(StrEnum):
    """The server's word on the history that a device says it has (sync.md 2.6)."""

    OK = "OK"
    BEHIND = "BEHIND"
    FORK = "FORK"
    CORRUPT = "CORRUPT"
    UPGRADE = "UPGRADE"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What to send: the next actions, and a sign of life of the running claim.

    `sig`: the server's own, of the acknowledgement that `batch` goes on from. `epoch`, `cursor`: the last that it said.
    """

    batch: Batch
    beat: LifeSign | None
    sig: str | None = None
    epoch: str | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class LogChanges:
    """What changed of the person's logs since the cursor that was sent; with `is_full`, all that there are.

    `cursor`: to be sent next. `digest`: over all of them, empty while there is more.
    """

    is_full: bool
    changed: tuple[OwnLog, ...]
    cursor: str
    digest: str
    has_more: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The server's answer. `snapshot` is there when `code` is OK. `poll_s`, `max_actions`: what the server asks for.

    `sig`: over `head`. `anchor`: its time in the clock session that asked. `logs`: None from an older server.
    """

    code: Code
    head: ChainHead
    results: tuple[Settled, ...]
    snapshot: Snapshot | None
    epoch: str
    poll_s: float
    max_actions: int
    sig: str | None = None
    anchor: ServerAnchor | None = None
    logs: LogChanges | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer. `retry_after_s`: the server asked for this pause at least. `text`: in words for people."""

    hindrance: Hindrance
    retry_after_s: float = 0.0
    text: str = field(default="", compare=False)  # decides nothing


# ---- events ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TokenFound:
    """Whether the account has a token on this device. `mark`: the highest number of an action that the keyring saw."""

    found: bool
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Kicked:
    """Something was recorded, or the person wants to sync now."""


@dataclass(frozen=True, slots=True)
class Reachable:
    """There may be a network again, or somebody asks to try now. A server in trouble is not hurried by it."""


@dataclass(frozen=True, slots=True)
class Due:
    """The time that the engine asked for has come."""


@dataclass(frozen=True, slots=True)
class Taken:
    outgoing: Outgoing


@dataclass(frozen=True, slots=True)
class Answered:
    answer: Answer


@dataclass(frozen=True, slots=True)
class Unanswered:
    failure: Failure


@dataclass(frozen=True, slots=True)
class Unauthorised:
    """Our server does not take the token."""


@dataclass(frozen=True, slots=True)
class TooLarge:
    """The server does not take so much at once."""


@dataclass(frozen=True, slots=True)
class Probed:
    """Our server answers again."""


@dataclass(frozen=True, slots=True)
class Done:
    """The desk has it on the disk. `waiting`: how many actions are not confirmed now."""

    waiting: int


@dataclass(frozen=True, slots=True)
class NotDone:
    """The desk could not write. Nothing has changed there."""


@dataclass(frozen=True, slots=True)
class ProjectsFetched:
    """`next`: where the list goes on, None at its end."""

    projects: tuple[ProjectLike, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class IssuesWanted:
    """The cache wants all issues that changed at or after this second; all there are for None."""

    since: int | None


@dataclass(frozen=True, slots=True)
class IssuesFetched:
    """`next`: where the list goes on, None at its end."""

    issues: tuple[IssueLike, ...]
    next: str | None


Event = (
    TokenFound
    | Kicked
    | Reachable
    | Due
    | Taken
    | Answered
    | Unanswered
    | Unauthorised
    | TooLarge
    | Probed
    | Done
    | NotDone
    | ProjectsFetched
    | IssuesWanted
    | IssuesFetched
)


# ---- effects: the sync thread's ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FindToken:
    """Read the account's token from where it is kept."""

    account: Account


@dataclass(frozen=True, slots=True)
class Send:
    outgoing: Outgoing


@dataclass(frozen=True, slots=True)
class Probe:
    """Ask whether our server is there at all; costs it next to nothing."""


@dataclass(frozen=True, slots=True)
class FetchProjects:
    """A page of the person's projects; `cursor` None for the first."""

    cursor: str | None


@dataclass(frozen=True, slots=True)
class FetchIssues:
    """A page of the issues that changed at or after `since`, all for None."""

    since: int | None
    cursor: str | None


# ---- effects: the desk's ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Take:
    """Hand over the next actions, at most so many; with a limit of 0 the server is only asked."""

    limit: int


@dataclass(frozen=True, slots=True)
class Compare:
    """Is the file the one that the keyring saw last? If it is an older one, become a new device."""

    mark: Mark


@dataclass(frozen=True, slots=True)
class Settle:
    """Keep the server's word on the actions, and its state."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class GoBack:
    """The server has less than the device believed: its history ends at `head`."""

    head: ChainHead


@dataclass(frozen=True, slots=True)
class Rename:
    """The server has another history under this device's name: become a new device."""


@dataclass(frozen=True, slots=True)
class KeepProjects:
    """These are all projects now, on a server of this epoch. Answered by what issues are wanted."""

    projects: tuple[ProjectLike, ...]
    epoch: str


@dataclass(frozen=True, slots=True)
class KeepIssues:
    issues: tuple[IssueLike, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """How the app stands with its server. `contact`: it answered just now."""

    link: Link
    hindrance: Hindrance | None
    contact: bool


@dataclass(frozen=True, slots=True)
class Tell:
    """Say it to the person."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class Rest:
    """All is sent, and all that the server had is here."""


ForNetwork = FindToken | Send | Probe | FetchProjects | FetchIssues
ForDesk = Take | Compare | Settle | GoBack | Rename | KeepProjects | KeepIssues | Report | Tell | Rest
Effect = ForNetwork | ForDesk
