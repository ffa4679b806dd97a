"""What did somebody type after `hourkeep log` and `hourkeep outbox`?

Each command becomes one request to the app; how a time is meant is decided there, where the clock is.
"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, BooleanOptionalAction, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    Commands = _SubParsersAction[ArgumentParser]

CHOICES: Final = ("move-issue", "change-time", "use-other", "count", "keep", "ask-manager", "discard")
CLOCK: Final = "HH:MM"
DAYS: Final = 7
MOST_DAYS: Final = 62  # as far back as the server sends a person's logs

Request = dict[str, object]


def add_log(commands: Commands) -> None:
    """`hourkeep log`: look at logged time, enter it and correct it."""
    log = commands.add_parser("log", help="look at logged time, enter and correct it", allow_abbrev=False)
    verbs = log.add_subparsers(dest="verb", metavar="VERB", required=True)

    add = _verb(
        verbs, "add", "enter time by hand", lambda said: {**_when(said), **_what(said), "key": said.key}
    )
    add.add_argument("key", metavar="KEY", type=key, help="the issue, as in BP-123")
    _span(add, needed=True)
    _values(add)

    see = _verb(verbs, "list", "what was logged lately", lambda said: {"days": said.days})
    see.add_argument(
        "--days", type=_days, default=DAYS, metavar="N", help=f"of the last N days; {DAYS} when not said"
    )
    see.add_argument("--json", action="store_true", help="for programs")

    edit = _verb(verbs, "edit", "correct a log", _edited)
    _named(edit)
    edit.add_argument("--issue", metavar="KEY", type=key, help="move it to this issue")
    _span(edit, needed=False)
    _values(edit)

    split = _verb(
        verbs, "split", "make two logs of one", lambda said: {**_when(said), "id": said.id, "at": said.at}
    )
    _named(split)
    split.add_argument("--at", required=True, metavar=CLOCK, help="where the second one begins")
    _day(split)

    void = _verb(verbs, "void", "delete a log", lambda said: {"id": said.id, "reason": said.message})
    _named(void)
    void.add_argument("-m", "--message", metavar="TEXT", help="why")


def add_outbox(commands: Commands) -> None:
    """`hourkeep outbox`: what the server has not confirmed, and what needs a decision."""
    words = "what the server has not confirmed, and what needs you"
    outbox = commands.add_parser("outbox", help=words, allow_abbrev=False)
    outbox.add_argument("--json", action="store_true", help="for programs")
    verbs = outbox.add_subparsers(dest="verb", metavar="VERB")

    resolve = _verb(verbs, "resolve", "decide about what needs you", _resolved)
    resolve.add_argument("item", metavar="ITEM", help="the first letters of its id")
    resolve.add_argument("choice", metavar="CHOICE", choices=CHOICES, help=", ".join(CHOICES))
    resolve.add_argument("--issue", metavar="KEY", type=key, help="for move-issue")
    _span(resolve, needed=False)

    export = _verb(verbs, "export", "write what waits for the server into a file", lambda _said: {})
    export.add_argument("file", metavar="FILE", type=Path, help="a new file: .csv for a table, else JSON")


def key(text: str) -> str:
    if not text.strip():
        raise ArgumentTypeError("name an issue, as in BP-123")
    return text.strip()


def _verb(verbs: Commands, name: str, words: str, request: Callable[[Namespace], Request]) -> ArgumentParser:
    verb = verbs.add_parser(name, help=words, allow_abbrev=False)
    verb.set_defaults(request=request)
    return verb


def _named(verb: ArgumentParser) -> None:
    verb.add_argument("id", metavar="ID", help="the first letters of its id, as `hourkeep log list` shows it")


def _span(verb: ArgumentParser, *, needed: bool) -> None:
    verb.add_argument("--from", dest="start", required=needed, metavar=CLOCK, help="when it began")
    verb.add_argument("--to", dest="end", required=needed, metavar=CLOCK, help="when it ended")
    _day(verb)


def _day(verb: ArgumentParser) -> None:
    verb.add_argument("--date", metavar="YYYY-MM-DD", help="the day of the times")
    verb.add_argument(
        "--second",
        action="store_true",
        help="of a time that the clock showed twice, the second one",
    )


def _values(verb: ArgumentParser) -> None:
    verb.add_argument("-m", "--message", metavar="TEXT", help="what you did")
    verb.add_argument("--billable", action=BooleanOptionalAction, default=None, help="may be billed, or not")


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_DAYS:
        raise ArgumentTypeError(f"name a number of days from 1 to {MOST_DAYS}")
    return int(text)


def _when(said: Namespace) -> Request:
    times = {"from": getattr(said, "start", None), "to": getattr(said, "end", None)}
    return {**times, "date": said.date, "second": said.second}


def _what(said: Namespace) -> Request:
    billable = {} if said.billable is None else {"is_billable": said.billable}
    return {"description": said.message, **billable}


def _edited(said: Namespace) -> Request:
    return {**_when(said), **_what(said), "id": said.id, "key": said.issue}


def _resolved(said: Namespace) -> Request:
    return {**_when(said), "item": said.item, "choice": said.choice, "key": said.issue}
