"""Is the token kept, whatever the system's keyring does, and read by nobody else?"""

from __future__ import annotations

import json
import logging
import os
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringLocked, NoKeyringError, PasswordDeleteError

from app.desktop.secrets import SERVICE, Kept, Keyring, Secrets
from app.errors import FileTrouble

ANNA = "5f3e/3"
BEN = "5f3e/4"
TOKEN = "hk_a-token-that-nobody-may-read"
NEWER = "hk_a-newer-token"

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="modes of files are POSIX's")


class MemoryKeyring(KeyringBackend):
    """A real backend that keeps its secrets in memory, and can be locked."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library's
        self.kept: dict[tuple[str, str], str] = {}
        self.trouble: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self._open()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._open()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._open()
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("No such password!")

    def _open(self) -> None:
        if self.trouble is not None:
            raise self.trouble


@dataclass(slots=True)
class Machine:
    """A profile's folder and a system with a keyring; the app can be started anew."""

    folder: Path
    keyring: MemoryKeyring = field(default_factory=MemoryKeyring)
    has_keyring: bool = True

    def secrets(self) -> Secrets:
        return Secrets(self.folder, self.open_keyring)

    def open_keyring(self) -> Keyring:
        if not self.has_keyring:
            raise NoKeyringError("No recommended backend was available.")
        return self.keyring

    @property
    def file(self) -> Path:
        return self.secrets().file

    def in_file(self) -> dict[str, str | None]:
        content: dict[str, str | None] = json.loads(self.file.read_bytes())
        return content


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "profile")


TROUBLES = {
    "none": NoKeyringError("No recommended backend was available."),
    "locked": KeyringLocked("Failed to unlock the collection!"),
    "no bus": InitError("Failed to create the collection"),
    "a bug of the backend": AttributeError("'NoneType' object has no attribute 'call'"),
    "an error of the system": OSError(5, "input/output error"),
}


# ---- with a keyring -------------------------------------------------------------------------------------


def test_a_token_lives_in_the_keyring(machine: Machine) -> None:
    assert machine.secrets().store(ANNA, TOKEN) is Kept.KEYRING
    assert machine.keyring.kept == {(SERVICE, ANNA): TOKEN}
    assert machine.secrets().load(ANNA) == TOKEN
    assert not machine.folder.exists(), "and nowhere else"


def test_nobody_is_signed_in_at_first(machine: Machine) -> None:
    assert machine.secrets().load(ANNA) is None


def test_each_account_has_its_own(machine: Machine) -> None:
    secrets = machine.secrets()
    secrets.store(ANNA, TOKEN)
    secrets.store(BEN, NEWER)
    secrets.forget(ANNA)
    assert (secrets.load(ANNA), secrets.load(BEN)) == (None, NEWER)


def test_forgetting_what_is_not_there(machine: Machine) -> None:
    machine.secrets().forget(ANNA)
    assert machine.secrets().load(ANNA) is None


# ---- without ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TROUBLES)
def test_without_a_keyring_there_is_a_file(name: str, machine: Machine) -> None:
    machine.keyring.trouble = TROUBLES[name]
    assert machine.secrets().load(ANNA) is None
    assert machine.secrets().store(ANNA, TOKEN) is Kept.FILE
    assert machine.in_file() == {ANNA: TOKEN}
    assert machine.secrets().load(ANNA) == TOKEN
    assert machine.secrets().store(ANNA, NEWER) is Kept.FILE
    assert machine.secrets().load(ANNA) == NEWER
    machine.secrets().forget(ANNA)
    assert machine.secrets().load(ANNA) is None


def test_the_keyring_cannot_even_be_imported(machine: Machine) -> None:
    machine.has_keyring = False
    assert machine.secrets().store(ANNA, TOKEN) is Kept.FILE
    assert machine.secrets().load(ANNA) == TOKEN


def test_a_keyring_that_takes_everything_and_keeps_nothing(machine: Machine) -> None:
    class Null(MemoryKeyring):
        def set_password(self, service: str, username: str, password: str) -> None:
            """As `keyring.backends.null` does."""

    machine.keyring = Null()
    assert machine.secrets().store(ANNA, TOKEN) is Kept.FILE
    assert machine.secrets().load(ANNA) == TOKEN


def test_the_file_moves_when_there_is_a_keyring_again(machine: Machine) -> None:
    machine.has_keyring = False
    machine.secrets().store(ANNA, TOKEN)
    machine.secrets().store(BEN, NEWER)
    machine.has_keyring = True
    assert machine.secrets().load(ANNA) == TOKEN
    assert machine.keyring.kept == {(SERVICE, ANNA): TOKEN}
    assert machine.in_file() == {BEN: NEWER}
    assert machine.secrets().load(BEN) == NEWER
    assert not machine.file.exists()
    assert machine.secrets().load(ANNA) == TOKEN


def test_a_newer_token_in_the_file_goes_before_an_old_one_in_the_keyring(machine: Machine) -> None:
    machine.secrets().store(ANNA, TOKEN)
    machine.has_keyring = False
    machine.secrets().store(ANNA, NEWER)
    machine.has_keyring = True
    assert machine.secrets().load(ANNA) == NEWER
    assert machine.keyring.kept == {(SERVICE, ANNA): NEWER}


def test_a_newer_token_in_the_keyring_removes_the_old_one_from_the_file(machine: Machine) -> None:
    machine.has_keyring = False
    machine.secrets().store(ANNA, TOKEN)
    machine.has_keyring = True
    assert machine.secrets().store(ANNA, NEWER) is Kept.KEYRING
    assert not machine.file.exists()
    assert machine.secrets().load(ANNA) == NEWER


def test_signed_out_while_the_keyring_is_locked_is_signed_out(machine: Machine) -> None:
    machine.secrets().store(ANNA, TOKEN)
    machine.keyring.trouble = KeyringLocked("Failed to unlock the collection!")
    machine.secrets().forget(ANNA)
    machine.keyring.trouble = None
    assert machine.secrets().load(ANNA) is None
    assert machine.keyring.kept == {}
    assert not machine.file.exists()


def test_signing_in_again_after_that(machine: Machine) -> None:
    machine.secrets().store(ANNA, TOKEN)
    machine.keyring.trouble = KeyringLocked("Failed to unlock the collection!")
    machine.secrets().forget(ANNA)
    machine.keyring.trouble = None
    assert machine.secrets().store(ANNA, NEWER) is Kept.KEYRING
    assert machine.secrets().load(ANNA) == NEWER


# ---- the file ---------------------------------------------------------------------------------------------


@on_posix
def test_only_its_owner_can_read_it(machine: Machine) -> None:
    machine.has_keyring = False
    before = os.umask(0)
    try:
        machine.secrets().store(ANNA, TOKEN)
    finally:
        os.umask(before)
    assert stat.S_IMODE(machine.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(machine.folder.stat().st_mode) == 0o700


@on_posix
def test_a_draft_that_others_could_read_is_not_written_to(machine: Machine) -> None:
    """Somebody, or a crash, left a file where the next draft goes."""
    machine.has_keyring = False
    machine.folder.mkdir()
    elsewhere = machine.folder / "elsewhere"
    elsewhere.touch(mode=0o666)
    machine.file.with_name("secrets.json.new").symlink_to(elsewhere)
    machine.secrets().store(ANNA, TOKEN)
    assert elsewhere.read_bytes() == b""
    assert not machine.file.is_symlink()
    assert sorted(path.name for path in machine.folder.iterdir()) == ["elsewhere", "secrets.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"null", b"\xff", b'{"5f3e/3": 7}', b"[" * 100_000])
def test_a_damaged_file_means_signing_in_again(content: bytes, machine: Machine) -> None:
    machine.has_keyring = False
    machine.folder.mkdir()
    machine.file.write_bytes(content)
    assert machine.secrets().load(ANNA) is None
    machine.secrets().store(ANNA, TOKEN)
    assert machine.secrets().load(ANNA) == TOKEN


def test_neither_keyring_nor_disk(machine: Machine) -> None:
    machine.has_keyring = False
    machine.folder.write_text("a file where the folder should be")
    with pytest.raises(FileTrouble) as trouble:
        machine.secrets().store(ANNA, TOKEN)
    assert str(machine.file) in str(trouble.value)
    assert TOKEN not in repr(trouble.value)
    assert machine.secrets().load(ANNA) is None


def test_a_failed_write_keeps_what_was_there(machine: Machine) -> None:
    machine.has_keyring = False
    machine.secrets().store(ANNA, TOKEN)
    machine.file.with_name("secrets.json.new").mkdir()
    with pytest.raises(FileTrouble):
        machine.secrets().store(ANNA, NEWER)
    assert machine.secrets().load(ANNA) == TOKEN


def test_no_token_in_the_log(machine: Machine, caplog: pytest.LogCaptureFixture) -> None:
    machine.keyring.trouble = RuntimeError(f"cannot keep {TOKEN}")
    with caplog.at_level(logging.DEBUG):
        machine.secrets().store(ANNA, TOKEN)
        machine.secrets().load(ANNA)
    assert "RuntimeError" in caplog.text
    assert TOKEN not in caplog.text
