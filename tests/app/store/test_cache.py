"""Does the cache find what somebody means, and never stand in the way?"""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.timer import IssueRef
from app.store.cache import Cache
from app.store.catalog import SavedSnapshot
from app.store.records import UpTo
from tests.fakes.catalog import Issue, Project
from tests.fakes.clock import START

PROJECTS = [
    Project(1, "BP", "Booking platform"),
    Project(2, "WEB", "Company site"),
    Project(3, "OLD", "Attic", True),
]
ISSUES = [
    Issue(1, "BP-1", "Fix the login redirect"),
    Issue(2, "BP-12", "Payment button is grey"),
    Issue(3, "BP-123", "Überprüfung der Größe (invoice)"),
    Issue(4, "BP-124", "100 % of_the budget * used"),
    Issue(8, "BP-13", "Sort the slots"),
    Issue(5, "WEB-1", "Logo on the platform page", 2),
    Issue(6, "WEB-12", "Blogin is no word", 2),
    Issue(7, "OLD-1", "Login of the attic", 3),
]


@pytest.fixture
def cache_file(tmp_path: Path) -> Path:
    return tmp_path / "profile" / "cache.sqlite3"


@pytest.fixture
def cache(cache_file: Path) -> Iterator[Cache]:
    opened = Cache.open(cache_file)
    opened.replace(PROJECTS, ISSUES)
    yield opened
    opened.close()


def keys(found: list[IssueRef]) -> list[str]:
    return [issue.key for issue in found]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("BP-12", ["BP-12", "BP-123", "BP-124"]),
        ("bp-123", ["BP-123"]),
        ("bp-1", ["BP-1", "BP-12", "BP-13", "BP-123", "BP-124"]),
        ("12", ["BP-12", "WEB-12", "BP-124", "BP-123"]),
        ("login", ["BP-1", "WEB-12"]),
        ("  LOGIN   fix ", ["BP-1"]),
        ("überprüfung", ["BP-123"]),
        ("UBERPRUFUNG", []),
        ("GRÖSSE", ["BP-123"]),
        ("invoice", ["BP-123"]),
        ("(inv", ["BP-123"]),
        ("company", ["WEB-12", "WEB-1"]),
        ("platform logo", ["WEB-1"]),
        ("booking grey", ["BP-12"]),
        ("%", ["BP-124"]),
        ("_", ["BP-124"]),
        ("*", ["BP-124"]),
        ("'; DROP TABLE issue; --", []),
        ("nothing of the kind", []),
        ("\ud800", []),
        ("\0", []),
    ],
)
def test_what_is_typed_finds(cache: Cache, typed: str, found: list[str]) -> None:
    assert keys(cache.search(typed)) == found


def test_a_found_issue_says_what_it_is(cache: Cache) -> None:
    assert cache.search("web-1")[0] == IssueRef(5, "WEB-1", "Logo on the platform page", 2)


def test_recent_issues_come_first_among_equals(cache: Cache) -> None:
    cache.note_recent(3, START)
    cache.note_recent(4, START + 60)
    assert keys(cache.search("bp-12")) == ["BP-12", "BP-124", "BP-123"]
    cache.note_recent(6, START + 90)
    assert keys(cache.search("login")) == ["BP-1", "WEB-12"], "the better match stays before the recent one"


def test_nothing_typed_shows_the_recent_ones(cache: Cache) -> None:
    cache.note_recent(1, START)
    cache.note_recent(5, START + 60)
    cache.note_recent(1, START + 120)
    assert keys(cache.search("  ")) == keys(list(cache.recents())) == ["BP-1", "WEB-1"]


def test_the_servers_recent_issues_follow_our_own(cache: Cache) -> None:
    cache.note_recent(2, START - 3600)
    cache.merge_recents([5, 2, 6], START)
    assert keys(list(cache.recents())) == ["WEB-1", "WEB-12", "BP-12"]


def test_there_are_never_more_than_asked_for(cache: Cache) -> None:
    assert len(cache.search("b", limit=2)) == 2
    assert keys(cache.search("b", limit=100)) == keys(cache.search("b"))


def test_a_first_letter_is_answered_without_looking_at_every_key(cache: Cache) -> None:
    cache.replace(PROJECTS, [Issue(number, f"BP-{number}", "Words") for number in range(1, 2001)])
    steps = itertools.count()
    cache._connection.set_progress_handler(lambda: next(steps) < 0, 1)
    assert keys(cache.search("b", limit=3)) == ["BP-1", "BP-2", "BP-3"]
    assert next(steps) < 2000


def test_changes_arrive(cache: Cache) -> None:
    cache.upsert(
        [Project(3, "OLD", "Attic")], [replace(ISSUES[0], summary="Fix the logout", updated_at=START + 5)]
    )
    assert keys(cache.search("logout")) == ["BP-1"]
    assert keys(cache.search("login")) == ["OLD-1", "WEB-12"]
    assert cache.newest_change() == START + 5


def test_a_deleted_issue_is_not_offered_but_keeps_its_name(cache: Cache) -> None:
    cache.note_recent(1, START)
    cache.upsert(issues=[replace(ISSUES[0], is_deleted=True)])
    assert keys(cache.search("login")) == ["WEB-12"]
    assert cache.recents() == ()
    assert cache.issue_by_key("BP-1") is None
    assert cache.issue(1) == IssueRef(1, "BP-1", "Fix the login redirect", 1)


def test_a_key_is_found_however_it_is_written(cache: Cache) -> None:
    for written in ("BP-123", "bp-123", " Bp-123 "):
        assert cache.issue_by_key(written) == IssueRef(3, "BP-123", "Überprüfung der Größe (invoice)", 1)
    assert cache.issue_by_key("BP-9") is None
    assert cache.issue_by_key("\ud800") is None
    assert cache.issue(99) is None


@given(text=st.text(max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_typed_is_plain_text(cache: Cache, text: str) -> None:
    for issue in cache.search(text):
        project = next(each for each in PROJECTS if each.id == issue.project_id)
        row = f"{issue.key} {issue.summary} {project.key} {project.name}"
        for word in comparable(text).split():
            assert word in comparable(row)


def comparable(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


@given(start=st.integers(0, 30), length=st.integers(1, 30), issue=st.sampled_from(ISSUES[:6]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_piece_of_a_summary_finds_its_issue(
    cache: Cache, start: int, length: int, issue: Issue
) -> None:
    piece = issue.summary[start : start + length]
    if piece.strip():
        assert issue.key in keys(cache.search(piece))


# ---- the server's last state --------------------------------------------------------------------------


def test_the_last_snapshot_is_kept(cache: Cache, cache_file: Path) -> None:
    assert cache.snapshot() is None
    cache.save_snapshot('{"revision":"1"}', UpTo(4, "d"))
    cache.save_snapshot('{"revision":"2"}', UpTo(7, "g"))
    cache.close()
    reopened = Cache.open(cache_file)
    assert reopened.snapshot() == SavedSnapshot('{"revision":"2"}', UpTo(7, "g"))
    assert reopened.issue_count() == len(ISSUES)
    reopened.close()


def test_a_new_cache_knows_nothing(tmp_path: Path) -> None:
    cache = Cache.open(tmp_path / "new.sqlite3")
    assert (cache.snapshot(), cache.newest_change(), cache.issue_count()) == (None, None, 0)
    assert (cache.search("x"), cache.recents(), cache.issue(1)) == ([], (), None)
    cache.close()


# ---- a file that cannot be used -------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"not a database " * 500, b"SQLite format 3\0" + b"\xff" * 5000])
@pytest.mark.logs("WARNING")
def test_a_damaged_file_is_replaced(cache_file: Path, content: bytes) -> None:
    cache_file.parent.mkdir()
    cache_file.write_bytes(content)
    cache = Cache.open(cache_file)
    cache.replace(PROJECTS, ISSUES)
    cache.close()
    reopened = Cache.open(cache_file)
    assert reopened.issue_count() == len(ISSUES)
    reopened.close()


@pytest.mark.parametrize("version", [99, 1, -1])
@pytest.mark.logs("WARNING")
def test_a_file_of_another_version_is_replaced(cache: Cache, cache_file: Path, version: int) -> None:
    cache.close()
    with sqlite3.connect(cache_file) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    reopened = Cache.open(cache_file)
    assert reopened.issue_count() == 0
    reopened.close()


@pytest.mark.logs("WARNING")
def test_without_a_place_for_the_file_the_cache_lives_in_memory(tmp_path: Path) -> None:
    (tmp_path / "profile").write_bytes(b"a file where a folder should be")
    cache = Cache.open(tmp_path / "profile" / "cache.sqlite3")
    cache.replace(PROJECTS, ISSUES)
    assert keys(cache.search("bp-123")) == ["BP-123"]
    cache.close()


@pytest.mark.logs("WARNING")
def test_a_file_that_somebody_else_has_is_left_to_them(cache: Cache, cache_file: Path) -> None:
    second = Cache.open(cache_file)
    second.replace(PROJECTS, ISSUES[:1])
    assert second.issue_count() == 1
    second.close()
    assert cache.issue_count() == len(ISSUES)
    cache.close()
    reopened = Cache.open(cache_file)
    assert reopened.issue_count() == len(ISSUES)
    reopened.close()


@pytest.mark.logs("WARNING")
def test_damage_while_it_is_open_costs_only_the_cache(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite3"
    cache = Cache.open(path)
    cache.replace(PROJECTS, [Issue(number, f"BP-{number}", "x" * 500) for number in range(1, 3000)])
    cache.close()
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    path.write_bytes(content)

    cache = Cache.open(path)
    assert cache.search("xxx") == []
    cache.replace(PROJECTS, ISSUES)
    assert keys(cache.search("bp-123")) == ["BP-123"]
    cache.close()


@pytest.mark.logs("WARNING")
def test_a_full_disk_costs_only_what_was_new(cache: Cache) -> None:
    pages = cache._connection.execute("PRAGMA page_count").fetchone()[0]
    cache._connection.execute(f"PRAGMA max_page_count = {pages}")
    cache.upsert(issues=[Issue(number, f"BP-{number}", "x" * 500) for number in range(1000, 2000)])
    cache.save_snapshot("x" * 100_000, UpTo(1, "a"))
    assert cache.issue_count() == len(ISSUES)
    assert keys(cache.search("bp-123")) == ["BP-123"]


def test_a_copied_file_works(cache: Cache, cache_file: Path, tmp_path: Path) -> None:
    cache.close()
    copied = Path(shutil.copy(cache_file, tmp_path / "copy.sqlite3"))
    again = Cache.open(copied)
    assert again.issue_count() == len(ISSUES)
    again.close()
