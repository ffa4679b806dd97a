"""Is what people type understood, and is what makes no sense refused with exit code 2?"""

from __future__ import annotations

import pytest

from app.cli import main
from app.cli.arguments import parser


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("10m", 600), ("90s", 90), ("1h30m", 5400), ("1h", 3600), ("1h1m1s", 3661), ("0m", 0), ("120m", 7200)],
)
def test_ago(typed: str, seconds: int) -> None:
    assert parser().parse_args(["start", "BP-123", "--ago", typed]).ago == seconds


@pytest.mark.parametrize(
    "typed", ["", "10", "m", "10m5", "-5m", "1.5h", "10 m", "5m1h", "1d", "٣m", "9999999h"]
)
def test_no_time(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["start", "BP-123", f"--ago={typed}"]) == 2
    assert "--ago" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["frobnicate"],
        ["start"],
        ["start", " "],
        ["start", "BP-1", "BP-2"],
        ["pause", "now"],
        ["stop", "-m"],
        ["status", "--js"],
        ["login", "--server", "hours.example.com"],
        ["login", "--email", "anna@demo.test", "--password-stdin"],
    ],
)
def test_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "usage: hourkeep" in capsys.readouterr().err


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "start" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("hourkeep 0.")


def test_nothing_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage: hourkeep" in capsys.readouterr().err
