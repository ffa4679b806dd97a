"""What did somebody type after `hourkeep`?"""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError
from typing import Final

from app.cli.log_arguments import add_log, add_outbox, key

AGO: Final = re.compile(r"(?=.)(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?")


def parser() -> ArgumentParser:
    """Wrong usage ends by SystemExit with 2, `--help` with 0."""
    hourkeep = ArgumentParser(
        prog="hourkeep", description="Track time from the command line; the tray follows.", allow_abbrev=False
    )
    hourkeep.add_argument("--version", action="store_true", help="say which version this is")
    commands = hourkeep.add_subparsers(dest="command", metavar="COMMAND")

    login = commands.add_parser("login", help="sign in to a server", allow_abbrev=False)
    login.add_argument("--server", required=True, metavar="URL", help="as in hours.example.com")
    login.add_argument("--email", required=True, metavar="E")
    login.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input, not from the keyboard",
    )
    start = commands.add_parser("start", help="start a timer, and stop the one that runs", allow_abbrev=False)
    start.add_argument("key", metavar="KEY", type=key, help="the issue, as in BP-123")
    start.add_argument(
        "--ago", type=_ago, default=0, metavar="TIME", help="it began earlier: 10m, 90s, 1h30m"
    )
    commands.add_parser("pause", help="pause the timer", allow_abbrev=False)
    commands.add_parser("resume", help="go on with the paused timer", allow_abbrev=False)
    stop = commands.add_parser("stop", help="stop the timer and log its time", allow_abbrev=False)
    stop.add_argument("-m", "--message", metavar="TEXT", help="what you did")
    status = commands.add_parser("status", help="what runs, and is it saved", allow_abbrev=False)
    status.add_argument("--json", action="store_true", help="for programs")
    add_log(commands)
    add_outbox(commands)
    commands.add_parser("quit", help="end the app; nothing that was tracked is lost", allow_abbrev=False)
    return hourkeep


def _ago(text: str) -> int:
    """Seconds in `1h30m`, `10m`, `90s`, `1h`."""
    parts = AGO.fullmatch(text)
    if parts is None:
        raise ArgumentTypeError(f"{text!r} is no time; write it as 10m, 90s, 1h or 1h30m")
    hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + seconds
