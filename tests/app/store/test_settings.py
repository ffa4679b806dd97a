"""Are settings kept, and can no file stop the app?"""

from __future__ import annotations

import json
import os
import stat
import sys
import tempfile
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.errors import ProfileUnusable, SettingsUnwritable
from app.paths import Profile
from app.settings import READERS, Environment, Settings, Theme, find_profile, load, save, socket_name

CHOSEN = Settings(
    server_url="https://time.example.test",
    server_id="5f",
    email="anna@demo.test",
    user_id=3,
    positions={"1920x1080+0+0": (40, -8)},
    show_floating=False,
    theme=Theme.DARK,
    language="de",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


# ---- the file -----------------------------------------------------------------------------------------


def test_without_a_file_there_are_defaults(file: Path) -> None:
    assert load(file).settings == Settings()
    assert not file.exists(), "looking writes nothing"


def test_what_was_saved_comes_back(file: Path) -> None:
    save(file, CHOSEN)
    loaded = load(file)
    assert (loaded.settings, loaded.set_aside, loaded.ignored) == (CHOSEN, None, ())


def test_keys_of_another_version_are_kept(file: Path) -> None:
    file.write_text('{"theme": "dark", "pomodoro": {"minutes": 25}}')
    save(file, replace(load(file).settings, language="en"))
    written = json.loads(file.read_text())
    assert written["pomodoro"] == {"minutes": 25}
    assert (written["theme"], written["language"]) == ("dark", "en")


def test_one_bad_value_spoils_only_itself(file: Path) -> None:
    file.write_text(
        '{"theme": "pink", "email": "anna@demo.test", "user_id": "three", "language": 7,'
        ' "compact": 1, "positions": {"one": [1]}}'
    )
    loaded = load(file)
    assert set(loaded.ignored) == {"theme", "user_id", "language", "compact", "positions"}
    assert (loaded.settings.theme, loaded.settings.user_id) == (Theme.SYSTEM, None)
    assert loaded.settings.email == "anna@demo.test"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1]",
        b'"text"',
        b"\xff\xfe\0",
        b"[" * 100_000,
        b'{"a": "\xed\xa0\x80"}',
    ],
)
def test_an_unreadable_file_is_set_aside(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    loaded = load(file)
    assert loaded.settings == Settings()
    assert loaded.set_aside is not None
    assert loaded.set_aside.read_bytes() == content
    assert not file.exists()


def test_files_that_were_set_aside_are_never_overwritten(file: Path) -> None:
    for content in ("one", "two"):
        file.write_text(content)
        load(file)
    assert sorted(each.read_text() for each in file.parent.iterdir()) == ["one", "two"]


@given(content=st.binary(max_size=60))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_content_stops_the_app(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    save(file, load(file).settings)
    saved = file.read_bytes()
    save(file, load(file).settings)
    assert file.read_bytes() == saved


def test_a_folder_in_the_place_of_the_file_gives_defaults(file: Path) -> None:
    file.mkdir()
    assert load(file).settings == Settings()
    with pytest.raises(SettingsUnwritable):
        save(file, CHOSEN)
    assert list(file.parent.iterdir()) == [file], "no draft is left behind"


def test_a_failed_save_leaves_the_old_file(file: Path) -> None:
    save(file, CHOSEN)
    file.with_name("settings.json.new").mkdir()
    with pytest.raises(SettingsUnwritable):
        save(file, Settings())
    assert load(file).settings == CHOSEN


@pytest.mark.parametrize("email", ["änna@demo.test", "\ud800", "\0", '"'])
def test_all_letters_come_back(file: Path, email: str) -> None:
    save(file, replace(CHOSEN, email=email))
    assert load(file).settings.email == email


def test_every_setting_is_saved_and_read() -> None:
    assert {each.name for each in fields(Settings)} == {*READERS, "unknown"}


# ---- the profile --------------------------------------------------------------------------------------


def test_the_variable_names_the_profile(tmp_path: Path) -> None:
    profile = find_profile(Environment(profile=str(tmp_path / "here")))
    assert profile.settings_file == tmp_path / "here" / "settings.json"
    assert not (tmp_path / "here").exists()
    profile.ensure()
    assert sys.platform == "win32" or stat.S_IMODE((tmp_path / "here").stat().st_mode) == 0o700


def test_one_folder_is_one_profile_however_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written = {
        find_profile(Environment(profile=text)) for text in ("a", "./a", "b/../a", str(tmp_path / "a"))
    }
    assert len(written) == 1


def test_without_the_variable_the_platform_has_a_place() -> None:
    assert find_profile(Environment()).folder.name == "hourkeep"


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOURKEEP_PROFILE", "/somewhere")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    assert Environment.read() == Environment("/somewhere", "Europe/Berlin", None)


def test_users_and_servers_have_their_own_files(tmp_path: Path) -> None:
    profile = Profile(tmp_path)
    files = {
        *(profile.queue_file(server, user) for server in ("one", "two") for user in (1, 2)),
        *(profile.cache_file(server, user) for server in ("one", "two") for user in (1, 2)),
    }
    assert len(files) == 8
    assert profile.queue_file("one", 1) == Profile(tmp_path).queue_file("one", 1)


def test_a_profile_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ProfileUnusable, match="Choose a folder"):
        Profile(tmp_path / "file" / "profile").ensure()


# ---- the socket ---------------------------------------------------------------------------------------

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has pipes")


@posix
def test_the_socket_lies_in_the_users_own_folder(tmp_path: Path) -> None:
    one, two = Profile(tmp_path / "one"), Profile(tmp_path / "two")
    with tempfile.TemporaryDirectory(prefix="hk-") as short:  # a socket's path must not be long
        run = Environment(runtime_dir=short)
        assert Path(socket_name(one, run)).parent == Path(short)
        assert socket_name(one, run) != socket_name(two, run)


@posix
@pytest.mark.parametrize("runtime_dir", [None, "/nowhere/at/all", "/" + "x" * 120])
def test_without_such_a_folder_it_lies_in_a_private_one(tmp_path: Path, runtime_dir: str | None) -> None:
    name = socket_name(Profile(tmp_path), Environment(runtime_dir=runtime_dir))
    folder = Path(name).parent
    assert len(os.fsencode(name)) <= 100
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder.stat().st_uid == os.getuid()


@posix
def test_a_folder_of_others_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    open_to_all = tmp_path / f"hourkeep-{os.getuid()}"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    with pytest.raises(ProfileUnusable):
        socket_name(Profile(tmp_path), Environment())
    open_to_all.rmdir()
    open_to_all.symlink_to(tmp_path)
    with pytest.raises(ProfileUnusable):
        socket_name(Profile(tmp_path), Environment())
