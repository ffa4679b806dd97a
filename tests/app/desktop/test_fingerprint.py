"""Is a machine told from another, and is its own id kept to itself?"""

from __future__ import annotations

from pathlib import Path

from app.desktop.fingerprint import fingerprint, first_name, hashed


def test_the_first_file_that_says_something_counts(tmp_path: Path) -> None:
    missing, empty, early, later = (tmp_path / name for name in ("missing", "empty", "early", "later"))
    empty.write_text("\n")
    early.write_text("uninitialized\n")
    later.write_text("0123456789abcdef0123456789abcdef\n")
    assert first_name([missing, empty, early, later]) == "0123456789abcdef0123456789abcdef"
    assert first_name([missing, empty, early]) is None


def test_the_id_itself_is_not_given_away() -> None:
    one, other = hashed("0123456789abcdef"), hashed("0123456789abcdee")
    assert one != other
    assert len(one) == 64
    assert "0123456789abcdef" not in one


def test_this_machine_is_the_same_each_time() -> None:
    assert fingerprint() == fingerprint()
