"""What does the server make of its environment?"""

from __future__ import annotations

import pytest

from server.settings import BadSetting, LogLevel, Settings, read


def test_nothing_is_needed() -> None:
    assert read({}) == Settings(host="127.0.0.1", port=8765, database_url=None, log_level=LogLevel.INFO)


def test_everything_can_be_set() -> None:
    variables = {
        "HOURKEEP_HOST": "0.0.0.0",  # noqa: S104  # nobody listens there
        "HOURKEEP_PORT": "80",
        "HOURKEEP_DATABASE_URL": "sqlite:////srv/hourkeep.sqlite3",
        "HOURKEEP_REPLICA_URL": "postgresql://reader@127.0.0.2/hourkeep",
        "HOURKEEP_LOG_LEVEL": "DEBUG",
    }
    assert read(variables) == Settings(
        host=variables["HOURKEEP_HOST"],
        port=80,
        database_url="sqlite:////srv/hourkeep.sqlite3",
        replica_url="postgresql://reader@127.0.0.2/hourkeep",
        log_level=LogLevel.DEBUG,
    )


def test_an_empty_variable_is_none() -> None:
    names = ("HOURKEEP_HOST", "HOURKEEP_PORT", "HOURKEEP_DATABASE_URL", "HOURKEEP_LOG_LEVEL")
    assert read(dict.fromkeys(names, "")) == Settings()


@pytest.mark.parametrize("port", ["x", "-1", "65536", "80.0", "٨٠", " 80"])
def test_a_port_that_is_none(port: str) -> None:
    with pytest.raises(BadSetting, match=r"^HOURKEEP_PORT: a port is a number from 0 to 65535, not "):
        read({"HOURKEEP_PORT": port})


def test_a_level_that_is_none() -> None:
    with pytest.raises(BadSetting, match=r"^HOURKEEP_LOG_LEVEL: choose one of debug, info, warning, error"):
        read({"HOURKEEP_LOG_LEVEL": "loud"})
