"""Which issues does somebody mean who has typed these letters?

Exact key or its number, key prefix, word prefix, inside; in each the recent issues first. Scans by `instr` over one narrow table
that stop at the limit: measured under 25 ms for the slowest keystroke over 50,000 issues, without an index of
fragments to keep or a list in memory, and what is typed is never a pattern.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final

from app.core.timer import IssueRef
from app.store.catalog import IssueLike

TEXT_LIMIT: Final = 200
TERM_LIMIT: Final = 8

TABLES: Final = (
    """CREATE TABLE searchable (
        issue_id INTEGER PRIMARY KEY,
        key TEXT NOT NULL,
        number TEXT NOT NULL,
        words TEXT NOT NULL,
        project_id INTEGER NOT NULL
    )""",
    "CREATE INDEX searchable_key ON searchable (key)",
    "CREATE INDEX searchable_number ON searchable (number)",
    "CREATE INDEX searchable_by_key ON searchable (length(key), key, project_id)",
)

FOUND: Final = "SELECT i.id, i.key, i.summary, i.project_id FROM"
OPEN: Final = "s.project_id NOT IN (SELECT id FROM project WHERE is_archived)"
# CROSS JOIN is SQLite's way to keep the order of tables: the few recent issues first, not a scan of all.
RECENT: Final = (
    f"{FOUND} recent r CROSS JOIN searchable s USING (issue_id) JOIN issue i ON i.id = s.issue_id"
    f" WHERE {{match}} AND {OPEN} ORDER BY r.at DESC, s.issue_id DESC LIMIT ?"
)
OTHER: Final = (
    f"{FOUND} searchable s CROSS JOIN issue i ON i.id = s.issue_id"
    f" WHERE {{match}} AND {OPEN} ORDER BY {{order}} LIMIT ?"
)

BY_KEY: Final = "length(s.key), s.key"
NEWEST: Final = "s.issue_id DESC"

Query = Callable[..., list[tuple[Any, ...]]]
"""Runs a statement with its values."""


def search(query: Query, text: str, limit: int) -> list[IssueRef]:
    """At most `limit` issues, the likeliest first; none when nothing is asked."""
    wanted = folded(text[:TEXT_LIMIT])
    found: dict[int, IssueRef] = {}
    for match, values, order in _steps(wanted):
        for statement in (RECENT.format(match=match), OTHER.format(match=match, order=order)):
            if len(found) < limit:
                rows = query(statement, *values, limit + len(found))
                found.update({row[0]: found.get(row[0], IssueRef(*row)) for row in rows})
    return list(found.values())[:limit]


def _steps(wanted: str) -> list[tuple[str, tuple[str, ...], str]]:
    """Condition, its values, and the order of each kind of match, the best kind first."""
    terms = wanted.split()[:TERM_LIMIT]
    if not terms:
        return []
    somewhere = (
        "(instr(s.words, ?) > 0 OR s.project_id IN (SELECT id FROM project WHERE instr(words, ?) > 0))"
    )
    return [
        ("(s.key = ? OR s.number = ?)", (wanted, wanted), BY_KEY),
        # The plus signs keep SQLite from the index of keys: it walks the order's and stops at the limit instead of
        # sorting every key that begins so.
        ("+s.key >= ? AND +s.key < ?", (wanted, wanted + chr(0x10FFFF)), BY_KEY),
        ("instr(s.words, ?) > 0", (f" {wanted}",), NEWEST),
        (
            " AND ".join([somewhere] * len(terms)),
            tuple(value for term in terms for value in (term, term)),
            NEWEST,
        ),
    ]


def folded(text: str) -> str:
    """Letters as they are compared: no case, one form of each letter, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", readable(text)).casefold().split())


def readable(text: str) -> str:
    """SQLite takes no lone surrogates."""
    return text.encode("utf-8", "replace").decode()


def words(key: str, summary: str) -> str:
    """What is searched in: a space stands before every word, also the ones behind a bracket, and before the number."""
    plain = folded(summary)
    parted = " ".join(re.findall(r"\w+", plain))
    spoken = ["", folded(key), number(key), plain]
    return " ".join(spoken if parted == plain else [*spoken, parted])


def number(key: str) -> str:
    """`123` of `BP-123`."""
    return key.rpartition("-")[2]


def entry(issue: IssueLike) -> tuple[object, ...]:
    """The issue's row in `searchable`."""
    spoken = words(issue.key, issue.summary)
    return issue.id, folded(issue.key), number(issue.key), spoken, issue.project_id
