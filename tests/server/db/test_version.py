"""Does the server know which tables are its version's, also without the tool that makes them?"""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from server.db.blocking import Blocking
from server.db.migrate import MIGRATIONS
from server.db.version import REVISION, is_current


def test_the_known_revision_is_the_newest_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_an_empty_database_is_of_no_version(tmp_path: Path) -> None:
    assert not is_current(f"sqlite:///{tmp_path}/new.sqlite3")


def test_a_database_that_was_laid_out_is_current(empty_database: Path) -> None:
    assert is_current(f"sqlite:///{empty_database}")


def test_another_versions_database_is_not(empty_database: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    path.write_bytes(empty_database.read_bytes())
    database = Blocking.open(f"sqlite:///{path}")
    database.run(lambda conn: conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    assert not is_current(f"sqlite:///{path}")
