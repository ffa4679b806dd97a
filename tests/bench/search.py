"""How long does a keystroke take among 50,000 issues that the device keeps?"""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from app.store.cache import Cache
from tests.bench._places import folder
from tests.bench.rows import Row, percentile
from tests.fakes.catalog import Issue, Project

ISSUES: Final = 50_000
PROJECTS: Final = 40
LIMIT: Final = 20
BAR_MS: Final = 50
VOCABULARY: Final = """
    fix add remove login redirect invoice contract customer payment report export import search button page
    slow wrong missing double Übersicht Größe prüfen Rechnung Straße the a for with after before when of date
    time zone budget timer project user rate e-mail PDF CSV upload download session token mobile phone menu
    dark theme contrast keyboard translate German English tax VAT round print archive close reopen notify
"""
QUERIES: Final = (
    *("BP-123", "p7-41", "1234", "42", "fix", "login redirect", "invoice payment", "prüfen", "strasse"),
    *("the", "zone budget timer", "Rechnung export", "e-mail", "contract slow page", "P3 fix", "Project 12"),
    *("nothing like this", "qqq", "xylophone", "redirect login wrong", "größe", "token missing after"),
)


def measure() -> list[Row]:
    with folder() as place:
        path = place / "cache.sqlite3"
        cache = Cache.open(path)
        try:
            filled_in = _fill(cache)
            keys = [_typed(cache, query[:end]) for query in QUERIES for end in range(1, len(query) + 1)]
        finally:
            cache.close()
        floor = _scans(path, len(QUERIES))
    what = f"search {ISSUES:,} issues, {len(keys)} keystrokes"
    name = "SQLite reads every row once"
    return [
        Row(f"{what}, p99", "ms", percentile(keys, 99), median(floor), name, BAR_MS, absolute=True),
        Row(f"{what}, median", "ms", median(keys), median(floor), name),
        Row(f"keep {ISSUES:,} issues for the first time", "s", filled_in),
    ]


def _fill(cache: Cache) -> float:
    """In pages, as they come from the server; the seconds that it took."""
    chance = random.Random(50_000)  # noqa: S311  the same issues in every run
    projects = [
        Project(each, f"P{each}", f"Project {each}", is_archived=each == 1) for each in range(PROJECTS)
    ]
    words = VOCABULARY.split()
    issues = [_issue(number, words, chance) for number in range(1, ISSUES + 1)]
    began = perf_counter()
    cache.set_projects(projects)
    for first in range(0, ISSUES, 1000):
        cache.upsert(issues=issues[first : first + 1000])
    taken = perf_counter() - began
    for number in range(100, 108):
        cache.note_recent(number, number)
    return taken


def _issue(number: int, words: list[str], chance: random.Random) -> Issue:
    project = number % PROJECTS
    key = f"BP-{number}" if project == 0 else f"P{project}-{number}"
    summary = " ".join(chance.choices(words, k=chance.randint(3, 10)))
    return Issue(number, key, summary, project, is_deleted=False, updated_at=number)


def _typed(cache: Cache, text: str) -> float:
    began = perf_counter()
    cache.search(text, LIMIT)
    return (perf_counter() - began) * 1000


def _scans(path: Path, count: int) -> list[float]:
    connection = sqlite3.connect(path)
    try:
        return [_scan(connection) for _ in range(count)]
    finally:
        connection.close()


def _scan(connection: sqlite3.Connection) -> float:
    began = perf_counter()
    connection.execute("SELECT count(*) FROM searchable WHERE instr(words, 'nowhere') > 0").fetchall()
    return (perf_counter() - began) * 1000
