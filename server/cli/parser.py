"""What can be typed after `hourkeep-server`?

Exit codes: 0 done; 1 refused, with one line on stderr; 2 wrong usage.
"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.metadata import version
from typing import Any, Final, TextIO

from server.cli.invocation import Invocation, Refused
from server.clock import SystemClock
from server.domain.messages import Role
from server.settings import PRODUCT, BadSetting, Settings, parse_port, read

REFUSED: Final = 1
ROLES: Final = [str(role) for role in Role]
FROM_STDIN: Final = "read the password from standard input"


@dataclass(frozen=True, slots=True)
class Streams:
    """What the program reads and writes."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO


def run(arguments: Sequence[str], environment: Mapping[str, str], streams: Streams) -> int:
    """The exit code. SystemExit (2) for wrong usage."""
    asked = parser().parse_args(arguments)
    try:
        settings = _settings(asked, read(environment))
        # Each command is a module that is imported when it is wanted: serving starts sooner without the others.
        command = import_module(f"server.cli.{asked.command}")
        command.run(Invocation(asked, settings, SystemClock(), streams.stdin, streams.stdout))
    except (BadSetting, Refused) as refusal:
        streams.stderr.write(f"hourkeep-server: {refusal}\n")
        return REFUSED
    return 0


def parser() -> ArgumentParser:
    whole = ArgumentParser(
        "hourkeep-server", description="Hourkeep's server: the truth about time and money."
    )
    whole.add_argument("--version", action="version", version=f"hourkeep-server {version(PRODUCT)}")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    serving = _add(commands, "serve", "serve; upgrades a SQLite database by itself")
    serving.add_argument("--host", help="address to listen at (HOURKEEP_HOST, else 127.0.0.1)")
    serving.add_argument("--port", type=_port, help="port to listen at (HOURKEEP_PORT, else 8765)")
    _add(commands, "migrate", "make or upgrade the tables")
    _add(commands, "demo", "fill in the demo company; a second time changes nothing")
    _add(commands, "openapi", "print the API's description")
    recounting = _add(
        commands, "recount", "are budgets and daily totals the exact sums of their logs? exit code 1 if not"
    )
    anew = "make the daily totals anew from the logs first; nobody can log time meanwhile"
    recounting.add_argument("--rebuild-totals", action="store_true", help=anew)
    restoring = _add(
        commands, "restored", "say that the database is a backup: devices then send again what it has lost"
    )
    told = "all devices have come: e-mail and webhooks need not wait any longer"
    restoring.add_argument("--confirm", action="store_true", help=told)
    _users(commands.add_parser("user", help="accounts").add_subparsers(required=True, metavar="COMMAND"))
    trail = commands.add_parser("audit", help="the audit trail").add_subparsers(
        required=True, metavar="COMMAND"
    )
    verifying = _add(
        trail, "verify", "was an entry changed, removed or added? exit code 1 if so", module="audit_verify"
    )
    earlier = "what it said to note: shows also whether the trail was written anew as a whole since"
    verifying.add_argument("--noted", metavar="NUMBER:CHAIN", help=earlier)
    return whole


def _users(user: Any) -> None:
    adding = _add(user, "add", "a new account", module="user_add")
    adding.add_argument("email", metavar="EMAIL")
    adding.add_argument("--name", required=True)
    adding.add_argument("--role", required=True, choices=ROLES)
    adding.add_argument("--password-stdin", required=True, action="store_true", help=FROM_STDIN)
    changing = _add(user, "change", "what is not named stays", module="user_change")
    changing.add_argument("email", metavar="EMAIL")
    changing.add_argument("--new-email", metavar="EMAIL")
    changing.add_argument("--name")
    changing.add_argument("--role", choices=ROLES)
    changing.add_argument("--password-stdin", action="store_true", help=f"{FROM_STDIN}; ends all sign-ins")
    switch = changing.add_mutually_exclusive_group()
    off = "cannot sign in any more, and their timer ends; their time stays"
    switch.add_argument("--off", dest="is_active", action="store_false", default=None, help=off)
    switch.add_argument("--on", dest="is_active", action="store_true", default=None, help="may sign in again")
    _add(user, "list", "who has an account", module="user_list")


def _add(commands: Any, name: str, words: str, module: str | None = None) -> ArgumentParser:
    command: ArgumentParser = commands.add_parser(name, help=words, description=words)
    command.add_argument(
        "--database-url", help="such as sqlite:////var/lib/hourkeep/hourkeep.sqlite3 (HOURKEEP_DATABASE_URL)"
    )
    command.set_defaults(command=module or name)
    return command


def _port(text: str) -> int:
    try:
        return parse_port(text)
    except ValueError as failure:
        raise ArgumentTypeError(str(failure)) from failure


def _settings(asked: Namespace, from_environment: Settings) -> Settings:
    """What was typed counts more than the environment."""
    typed = {
        name: value
        for name in ("host", "port", "database_url")
        if (value := getattr(asked, name, None)) is not None
    }
    return replace(from_environment, **typed)
