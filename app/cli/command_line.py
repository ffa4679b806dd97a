"""What does one command do, and with which exit code does it end?

0 done; 1 refused, with one line on stderr; 2 wrong usage.
"""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from getpass import getpass
from typing import Any, Final, TextIO

from app.cli import exporting, log_words, words
from app.cli.arguments import parser
from app.cli.running_app import RunningApp
from app.errors import AppError
from app.settings import Environment, find_profile, socket_name

DONE: Final = 0
REFUSED: Final = 1
WRONG_USAGE: Final = 2


class NoPassword(AppError):
    code = "no_password"

    def __init__(self) -> None:
        super().__init__("There is no password in the first line of standard input.")


class Refusal(AppError):
    """The app said no; the text is its own."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where words come from and go to. `out`, `err` None: nobody reads, as in a program without a console."""

    keyboard: TextIO | None
    out: TextIO | None
    err: TextIO | None

    def say(self, text: str) -> None:
        _write(self.out, text)

    def complain(self, text: str) -> None:
        _write(self.err, " ".join(text.splitlines()))

    def password(self) -> str:
        """Typed without being shown, or the first line of what is piped in. NoPassword."""
        if self.keyboard is None:
            raise NoPassword
        try:
            typed = getpass("Password: ") if self.keyboard.isatty() else self.keyboard.readline()
        except (EOFError, UnicodeDecodeError) as error:
            raise NoPassword from error
        password = typed.rstrip("\r\n")
        if not password:
            raise NoPassword
        return password


def main(argv: Sequence[str]) -> int:
    """Do what `argv` (without the program's name) says, and return the exit code."""
    terminal = Terminal(sys.stdin, sys.stdout, sys.stderr)
    try:
        arguments = parser().parse_args(argv)
    except SystemExit as wrong:
        return int(wrong.code or DONE)
    if arguments.version:
        terminal.say(f"hourkeep {_version()}")
        return DONE
    try:
        environment = Environment.read()
        profile = find_profile(environment)
        return run(arguments, RunningApp(profile, socket_name(profile, environment)), terminal)
    except AppError as error:
        terminal.complain(str(error))
        return REFUSED
    except BrokenPipeError:
        return REFUSED
    except KeyboardInterrupt:
        return REFUSED


def run(arguments: Namespace, app: RunningApp, terminal: Terminal) -> int:
    """One command. AppError when it is refused."""
    match arguments.command:
        case None:
            parser().print_usage(terminal.err)
            return WRONG_USAGE
        case "quit":
            terminal.say("Hourkeep has ended." if app.quit() else "Hourkeep is not running.")
        case "status":
            _show(_ask(app, {"do": "status"})["status"], words.status, arguments, terminal)
        case "log" | "outbox":
            _time(arguments, app, terminal)
        case name:
            terminal.say(_said(name, _ask(app, _request(arguments, terminal))))
    return DONE


def _time(arguments: Namespace, app: RunningApp, terminal: Terminal) -> None:
    """What looks at time beside the timer, or corrects it."""
    match (arguments.command, arguments.verb):
        case "outbox", None:
            _show(_ask(app, {"do": "outbox"})["outbox"], words.outbox, arguments, terminal)
        case command, verb:
            answer = _ask(app, {"do": f"{command}_{verb}", **arguments.request(arguments)})
            match verb:
                case "list":
                    _show(answer["logs"], log_words.logs, arguments, terminal)
                case "export":
                    terminal.say(exporting.keep(arguments.file, answer))
                case _:
                    terminal.say(log_words.SAID[f"{command} {verb}"](answer))


def _show(seen: Any, in_words: Callable[[Any], str], arguments: Namespace, terminal: Terminal) -> None:
    terminal.say(json.dumps(seen) if arguments.json else in_words(seen))


def _request(arguments: Namespace, terminal: Terminal) -> dict[str, object]:
    match arguments.command:
        case "login":
            return {
                "do": "login",
                "server": arguments.server,
                "email": arguments.email,
                "password": terminal.password(),
            }
        case "start":
            return {"do": "start", "key": arguments.key, "ago_s": arguments.ago}
        case "stop":
            return {"do": "stop", "description": arguments.message}
        case name:
            return {"do": name}


def _ask(app: RunningApp, request: Mapping[str, object]) -> dict[str, Any]:
    answer = app.ask(request)
    if not answer["ok"]:
        raise Refusal(str(answer.get("text") or "Hourkeep refused that."))
    return answer


def _said(name: str, answer: Mapping[str, Any]) -> str:
    match name:
        case "login":
            return words.signed_in(answer)
        case "start":
            return words.started(answer)
        case "pause":
            return words.paused(answer)
        case "resume":
            return words.resumed(answer)
        case _:
            return words.stopped(answer)


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415  # it takes as long to import as all the rest

    return version("hourkeep")


def _write(stream: TextIO | None, text: str) -> None:
    """Letters that the terminal does not have become question marks."""
    if stream is None:
        return
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
    stream.flush()
