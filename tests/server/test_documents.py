"""Do the documents name every setting and command of the server, and nothing that there is not?"""

from __future__ import annotations

import re
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from server.cli.parser import parser
from server.settings import read

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS: Final = [re.split(r"(?<!\\)\|", line)[1] for line in README.splitlines() if line.startswith("| `")]


class Asked(Mapping[str, str]):
    """An environment without any variable, which remembers for which it was asked."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def settings() -> set[str]:
    asked = Asked()
    read(asked)
    return asked.names


def commands(of: ArgumentParser, before: str = "") -> dict[str, ArgumentParser]:
    """By what is typed after the program's name."""
    below = [action for action in of._actions if isinstance(action, _SubParsersAction)]
    found = {} if below else {before.strip(): of}
    for action in below:
        for name, each in action.choices.items():
            found |= commands(each, f"{before} {name}")
    return found


def test_every_setting_stands_in_its_table() -> None:
    assert {name for row in ROWS for name in re.findall(r"HOURKEEP_\w+", row)} == settings()


def test_the_units_environment_has_settings_only() -> None:
    written = (ROOT / "packaging/server/systemd/server.env").read_text(encoding="utf-8")
    assert set(re.findall(r"^(\w+)=", written, re.MULTILINE)) <= settings()


def test_every_command_stands_in_its_table() -> None:
    named = [
        re.sub(r"^hourkeep-server ", "", each)
        for row in ROWS
        if "hourkeep-server " in row
        for each in re.findall(r"`([^`]+)`", row)
    ]
    assert {re.split(r" (?=[A-Z[]|--)", each)[0] for each in named} == set(commands(parser()))


def test_every_option_stands_beside_its_command() -> None:
    for name, command in commands(parser()).items():
        options = {option for action in command._actions for option in action.option_strings}
        [said] = [
            each for row in ROWS for each in re.findall(rf"`(?:hourkeep-server )?({name}\b[^`]*)`", row)
        ]
        wanted = options - {"-h", "--help"} - (set() if name == "serve" else {"--database-url"})
        assert set(re.findall(r"--[a-z-]+", said)) == wanted, name


def test_every_file_that_the_architecture_names_is_there() -> None:
    written = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:app|server|tests|packaging)/[\w./-]+)`", written))
    assert len(named) > 30
    assert {path for path in named if not (ROOT / path).exists()} == set()
