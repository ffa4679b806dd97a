"""Does each command do its work, and say in one line why it cannot?"""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import sys
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from server.bootstrap import CannotListen, listen
from server.cli.parser import Streams, run
from server.clock import SystemClock
from server.db.blocking import Blocking
from server.db.repositories import devices
from server.db.repositories.devices import Introduction
from server.domain.passwords import verify_password
from server.domain.trail import FIRST_CHAIN

ADD = ["user", "add", "maria@example.com", "--name", "Maria", "--role", "admin", "--password-stdin"]
PASSWORD = "long enough"


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """The one line."""
        assert (self.code, self.out) == (1, "")
        [line] = self.err.splitlines()
        assert line.startswith("hourkeep-server: ")
        return line.removeprefix("hourkeep-server: ")


class Terminal:
    """Somebody types commands on a machine with its own database."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.variables = {"HOURKEEP_DATABASE_URL": f"sqlite:///{database}"}

    def type(self, *arguments: str, stdin: str = "", **variables: str) -> Said:
        streams = Streams(StringIO(stdin), StringIO(), StringIO())
        code = run(arguments, {**self.variables, **variables}, streams)
        return Said(code, streams.stdout.getvalue(), streams.stderr.getvalue())  # type: ignore[attr-defined]  # ours

    def rows(self, question: str) -> list[tuple[object, ...]]:
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute(question).fetchall()
        finally:
            connection.close()


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "hourkeep.sqlite3")


@pytest.fixture
def laid_out(terminal: Terminal, empty_database: Path) -> Terminal:
    terminal.database.write_bytes(empty_database.read_bytes())
    return terminal


# ---- migrate


def test_migrate_lays_out_the_tables_once_or_again(terminal: Terminal) -> None:
    assert terminal.type("migrate") == terminal.type("migrate") == Said(0, "", "")
    assert terminal.rows("SELECT count(*) FROM users") == [(0,)]


def test_a_database_of_a_newer_version(laid_out: Terminal) -> None:
    database = Blocking.open(laid_out.variables["HOURKEEP_DATABASE_URL"])
    database.run(lambda conn: conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    assert "newer version" in laid_out.type("migrate").refusal


@pytest.mark.parametrize("command", [["migrate"], ["demo"], ["serve"], ADD])
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("oracle://localhost/hourkeep", "SQLite, PostgreSQL or MariaDB"),
        ("hourkeep.sqlite3", "not the address"),
        ("sqlite:////nowhere/at/all/hourkeep.sqlite3", "unable to open database file"),
    ],
)
def test_a_database_that_cannot_be_used(terminal: Terminal, command: list[str], url: str, words: str) -> None:
    said = terminal.type(*command, stdin=PASSWORD, HOURKEEP_DATABASE_URL=url)
    assert words in said.refusal


def test_a_file_that_is_no_database(terminal: Terminal) -> None:
    terminal.database.write_bytes(b"A letter to my bank. " * 100)
    assert "not a database" in terminal.type("migrate").refusal
    assert terminal.database.read_bytes().startswith(b"A letter")


def test_what_is_typed_counts_more_than_the_environment(terminal: Terminal, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite3"
    terminal.type("migrate", "--database-url", f"sqlite:///{other}")
    assert other.exists()
    assert not terminal.database.exists()


# ---- user add


def test_a_new_account(terminal: Terminal) -> None:
    """Also on a machine on which nothing is there yet. What follows the first line is not the password."""
    assert terminal.type(*ADD, stdin=f"{PASSWORD}\nrest\n") == Said(0, "", "")
    [(email, name, role, password_hash)] = terminal.rows("SELECT email, name, role, password_hash FROM users")
    assert (email, name, role) == ("maria@example.com", "Maria", "admin")
    assert verify_password(str(password_hash), PASSWORD)


def test_a_second_account_with_the_same_e_mail(laid_out: Terminal) -> None:
    laid_out.type(*ADD, stdin=PASSWORD)
    assert "already" in laid_out.type(*ADD, stdin=PASSWORD).refusal


@pytest.mark.parametrize("password", ["", "\n", "short", "x" * 1025])
def test_a_password_that_is_none(laid_out: Terminal, password: str) -> None:
    assert "8 to 1024" in laid_out.type(*ADD, stdin=password).refusal
    assert laid_out.rows("SELECT count(*) FROM users") == [(0,)]


@pytest.mark.parametrize(
    "email", ["maria", "@example.com", "maria@", "ma ria@example.com", "x" * 320 + "@a", "m\udcff@b"]
)
def test_an_e_mail_that_is_none(laid_out: Terminal, email: str) -> None:
    said = laid_out.type("user", "add", email, *ADD[3:], stdin=PASSWORD)
    assert "not an e-mail address" in said.refusal


@pytest.mark.parametrize("name", [" ", "x" * 201, "Mar\udcffa", "Ma\nria"])
def test_a_name_that_is_none(laid_out: Terminal, name: str) -> None:
    said = laid_out.type(*ADD[:3], "--name", name, *ADD[5:], stdin=PASSWORD)
    assert "1 to 200" in said.refusal


# ---- user change, user list


CHANGE = ["user", "change", "Maria@example.com"]


@pytest.fixture
def with_maria(laid_out: Terminal) -> Terminal:
    laid_out.type(*ADD, stdin=PASSWORD)
    return laid_out


def test_what_is_named_changes(with_maria: Terminal) -> None:
    with_maria.type("user", "add", "second@example.com", *ADD[3:], stdin=PASSWORD)
    named = ["--name", "Mary", "--role", "manager", "--new-email", "mary@example.com"]
    assert with_maria.type(*CHANGE, *named) == Said(0, "", "")
    assert with_maria.type("user", "list").out.splitlines() == [
        "mary@example.com\tmanager\tMary",
        "second@example.com\tadmin\tMaria",
    ]


def test_a_forgotten_password(with_maria: Terminal) -> None:
    assert with_maria.type(*CHANGE, "--password-stdin", stdin="a new one\n") == Said(0, "", "")
    [(password_hash,)] = with_maria.rows("SELECT password_hash FROM users")
    assert verify_password(str(password_hash), "a new one")


def test_switched_off_and_on(with_maria: Terminal) -> None:
    with_maria.type("user", "add", "second@example.com", *ADD[3:], stdin=PASSWORD)
    with_maria.type(*CHANGE, "--off")
    assert with_maria.type("user", "list").out.splitlines()[0].endswith("\tswitched off")
    with_maria.type(*CHANGE, "--on")
    assert "switched off" not in with_maria.type("user", "list").out


def test_the_last_administrator_stays(with_maria: Terminal) -> None:
    assert "last administrator" in with_maria.type(*CHANGE, "--off").refusal
    assert "last administrator" in with_maria.type(*CHANGE, "--role", "member").refusal


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["nobody@example.com", "--off"], "Nobody has"),
        (["maria@example.com", "--name", " "], "1 to 200"),
        (["maria@example.com", "--new-email", "x"], "not an e-mail address"),
        (["maria@example.com", "--password-stdin"], "8 to 1024"),
    ],
)
def test_what_cannot_be_changed(with_maria: Terminal, typed: list[str], words: str) -> None:
    assert words in with_maria.type("user", "change", *typed, stdin="short").refusal


# ---- recount


def test_budgets_are_the_sums_of_their_logs(terminal: Terminal) -> None:
    terminal.type("demo")
    said = terminal.type("recount")
    assert said == Said(0, "Every budget and every daily total is the exact sum of its logs.\n", "")


def test_a_budget_that_is_not(terminal: Terminal) -> None:
    terminal.type("demo")
    database = Blocking.open(f"sqlite:///{terminal.database}")
    database.run(
        lambda conn: conn.exec_driver_sql(
            "UPDATE project_budgets SET total_cost = total_cost + 1 WHERE project_id = 1"
        )
    )
    database.close()
    assert "The budget of project 1 says" in terminal.type("recount").refusal
    assert terminal.rows("SELECT count(*) FROM audit_entries WHERE action = 'budget.drifted'") == [(1,)]


def test_daily_totals_that_are_not_and_are_made_anew(terminal: Terminal) -> None:
    terminal.type("demo")
    database = Blocking.open(f"sqlite:///{terminal.database}")
    database.run(lambda conn: conn.exec_driver_sql("UPDATE daily_totals SET seconds = 1"))
    database.close()
    assert "daily totals differ, the first of" in terminal.type("recount").refusal
    assert terminal.type("recount", "--rebuild-totals").code == 0
    assert terminal.type("recount").code == 0


# ---- restored


def test_a_backup_that_was_restored(terminal: Terminal) -> None:
    terminal.type("demo")
    before = terminal.rows("SELECT value FROM server_meta WHERE key = 'epoch'")
    assert terminal.type("restored", "--confirm").refusal.endswith("E-mail and webhooks wait for no device.")
    said = terminal.type("restored")
    assert (said.code, said.out.count("send again what this server has lost")) == (0, 1)
    assert terminal.rows("SELECT value FROM server_meta WHERE key = 'epoch'") != before
    assert terminal.rows("SELECT count(*) FROM audit_entries WHERE action = 'server.restored'") == [(1,)]


def test_devices_that_are_waited_for(terminal: Terminal) -> None:
    terminal.type("demo")
    database = Blocking.open(f"sqlite:///{terminal.database}")
    now_ms = SystemClock().now_ms()
    who = Introduction("00000000-0000-4000-8000-000000000001", None, "laptop", "1")
    database.run(lambda conn: devices.add(conn, 1, who, "0" * 64, now_ms, "epoch"))
    database.close()
    assert "wait for 1 device, a day at most" in terminal.type("restored").out
    assert terminal.type("restored", "--confirm").out == "E-mail and webhooks go out again.\n"
    assert terminal.type("restored", "--confirm").code == 1


# ---- audit verify


def test_a_trail_that_holds(with_maria: Terminal) -> None:
    with_maria.type(*CHANGE, "--name", "Mary")
    assert with_maria.type("audit", "verify").out.startswith("The audit trail holds: 2 entries. ")


def test_a_trail_that_was_written_anew(with_maria: Terminal) -> None:
    """By somebody who can write into the database: only what was noted elsewhere tells."""
    noted = with_maria.type("audit", "verify").out.split()[-1]
    with_maria.type(*CHANGE, "--name", "Mary")
    assert with_maria.type("audit", "verify", "--noted", noted).code == 0
    database = Blocking.open(with_maria.variables["HOURKEEP_DATABASE_URL"])
    database.run(lambda conn: conn.exec_driver_sql("DELETE FROM audit_entries"))
    database.run(
        lambda conn: conn.exec_driver_sql("UPDATE audit_head SET seq = 0, chain = ?", (FIRST_CHAIN,))
    )
    database.close()
    assert with_maria.type("audit", "verify").code == 0
    assert "broken at entry 1" in with_maria.type("audit", "verify", "--noted", noted).refusal
    with_maria.type(*CHANGE, "--name", "Marie")
    assert with_maria.type("audit", "verify").code == 0
    assert "broken at entry 1" in with_maria.type("audit", "verify", "--noted", noted).refusal
    assert "colon" in with_maria.type("audit", "verify", "--noted", "1:2").refusal


def test_a_trail_that_somebody_touched(with_maria: Terminal) -> None:
    with_maria.type(*CHANGE, "--name", "Mary")
    database = Blocking.open(with_maria.variables["HOURKEEP_DATABASE_URL"])
    database.run(
        lambda conn: conn.exec_driver_sql("UPDATE audit_entries SET after_json = '{}' WHERE seq = 2")
    )
    database.close()
    assert "broken at entry 2" in with_maria.type("audit", "verify").refusal


# ---- the others


def test_the_demo_company_is_founded_once(laid_out: Terminal) -> None:
    for words in ("The demo company is there. ", "The demo company was there already. "):
        said = laid_out.type("demo")
        assert (said.code, said.err) == (0, "")
        assert said.out.startswith(words)
        assert "Everybody's password is demo-password" in said.out


def test_it_comes_into_no_database_in_which_others_work(with_maria: Terminal) -> None:
    """Everybody knows the password of its administrator."""
    assert "takes an empty one" in with_maria.type("demo").refusal
    assert with_maria.rows("SELECT email FROM users") == [("maria@example.com",)]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_nobody_else_on_the_machine_reads_the_database(terminal: Terminal) -> None:
    before = os.umask(0)
    try:
        assert terminal.type("migrate").code == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE(terminal.database.stat().st_mode) == 0o600


def test_the_description_needs_no_database(terminal: Terminal) -> None:
    said = terminal.type("openapi", HOURKEEP_DATABASE_URL="postgresql://nowhere/")
    assert json.loads(said.out)["info"]["title"] == "Hourkeep"
    assert not terminal.database.exists()


def test_an_address_at_which_nobody_may_listen() -> None:
    """Tests may open no sockets: the system refuses this one."""
    with pytest.raises(CannotListen, match=r"^Cannot listen at 127.0.0.1 port 8765: "):
        listen("127.0.0.1", 8765)


def test_serve_says_why_it_cannot_listen(laid_out: Terminal) -> None:
    assert "Cannot listen at 127.0.0.1 port 8765" in laid_out.type("serve").refusal


def test_a_bad_setting(terminal: Terminal) -> None:
    assert "HOURKEEP_PORT" in terminal.type("serve", HOURKEEP_PORT="x").refusal


# ---- wrong usage


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["sing"],
        ["serve", "--port", "x"],
        ["serve", "--port", "65536"],
        ["user"],
        ["user", "add"],
        ["user", "change", "a@b", "--on", "--off"],
        ["audit"],
        [*ADD[:-1]],
        [*ADD[:5], "--role", "owner", "--password-stdin"],
        ["migrate", "now"],
    ],
)
def test_wrong_usage(terminal: Terminal, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        terminal.type(*arguments)
    assert end.value.code == 2
    assert "usage: hourkeep-server" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--help"], ["serve", "--help"], ["user", "add", "--help"], ["--version"]]
)
def test_help(terminal: Terminal, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        terminal.type(*arguments)
    assert end.value.code == 0
    assert "hourkeep-server" in capsys.readouterr().out
