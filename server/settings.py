"""What is this server told by its environment?

The only reader of the environment on the server.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from platformdirs import user_data_path

PRODUCT: Final = "hourkeep"
DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8765
LAST_PORT: Final = 65_535
SHORTEST_SECRET: Final = 32
MAIL_PORTS: Final = {"smtp": 25, "smtps": 465}
REDIS_KINDS: Final = ("redis", "rediss", "unix")


class BadSetting(Exception):
    """A setting that cannot be used; the text says which, for the person who set it."""


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Language(StrEnum):
    ENGLISH = "en"
    GERMAN = "de"


@dataclass(frozen=True, slots=True)
class MailServer:
    """`is_tls`: from the first byte on; otherwise as soon as the server offers it. `sender`: its e-mail address."""

    host: str
    port: int
    user: str
    password: str
    is_tls: bool
    sender: str


@dataclass(frozen=True, slots=True)
class Settings:
    """`database_url` None: a SQLite file in the user's own data folder. `replica_url`: from which reports are read.

    `secret_key` None: the database's own is used. `redis_url` None: this is the only instance. `mail` None: nobody is written
    to. `webhook_networks`: those that webhooks may lead to beside public addresses. `trusted_proxies`: addresses and networks
    whose word about the client's address is believed. `metrics_token` None: only this machine may read the metrics.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    database_url: str | None = None
    replica_url: str | None = None
    log_level: LogLevel = LogLevel.INFO
    secret_key: str | None = None
    redis_url: str | None = None
    mail: MailServer | None = None
    language: Language = Language.ENGLISH
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    metrics_token: str | None = None


def environment() -> Mapping[str, str]:
    return os.environ  # noqa: TID251  # this is the room that owns it


def read(variables: Mapping[str, str]) -> Settings:
    """An empty variable is as good as none. BadSetting."""
    return Settings(
        host=variables.get("HOURKEEP_HOST") or DEFAULT_HOST,
        port=_port(variables.get("HOURKEEP_PORT") or str(DEFAULT_PORT)),
        database_url=variables.get("HOURKEEP_DATABASE_URL") or None,
        replica_url=variables.get("HOURKEEP_REPLICA_URL") or None,
        log_level=_level(variables.get("HOURKEEP_LOG_LEVEL") or LogLevel.INFO),
        secret_key=_secret("HOURKEEP_SECRET_KEY", variables),
        redis_url=_redis(variables.get("HOURKEEP_REDIS_URL")),
        mail=_mail(variables.get("HOURKEEP_SMTP_URL"), variables.get("HOURKEEP_MAIL_FROM")),
        language=_language(variables.get("HOURKEEP_LANGUAGE") or Language.ENGLISH),
        webhook_networks=_networks("HOURKEEP_WEBHOOK_NETWORKS", variables),
        trusted_proxies=tuple(str(each) for each in _networks("HOURKEEP_TRUSTED_PROXIES", variables)),
        metrics_token=_secret("HOURKEEP_METRICS_TOKEN", variables),
    )


def parse_port(text: str) -> int:
    """0 asks the system for a free one. ValueError for what is not a port."""
    port = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= port <= LAST_PORT:
        raise ValueError(f"a port is a number from 0 to {LAST_PORT}, not {text!r}")
    return port


def default_database_url() -> str:
    """Makes the folder if it is not there. BadSetting."""
    folder = user_data_path(PRODUCT, appauthor=False)
    try:
        folder.mkdir(0o700, parents=True, exist_ok=True)
    except OSError as failure:
        raise BadSetting(f"The folder {folder} cannot be made: {failure.strerror}.") from failure
    return sqlite_url(folder / f"{PRODUCT}.sqlite3")


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path.as_posix()}"


def _port(text: str) -> int:
    try:
        return parse_port(text)
    except ValueError as failure:
        raise BadSetting(f"HOURKEEP_PORT: {failure}.") from failure


def _level(text: str) -> LogLevel:
    try:
        return LogLevel(text.lower())
    except ValueError as failure:
        names = ", ".join(LogLevel)
        raise BadSetting(f"HOURKEEP_LOG_LEVEL: choose one of {names}, not {text!r}.") from failure


def _language(text: str) -> Language:
    try:
        return Language(text.lower())
    except ValueError as failure:
        names = ", ".join(Language)
        raise BadSetting(f"HOURKEEP_LANGUAGE: choose one of {names}, not {text!r}.") from failure


def _secret(name: str, variables: Mapping[str, str]) -> str | None:
    text = variables.get(name)
    if not text:
        return None
    if len(text) < SHORTEST_SECRET or not (text.isascii() and text.isprintable()):
        raise BadSetting(
            f"{name}: at least {SHORTEST_SECRET} printable ASCII characters that nobody guesses."
        )
    return text


def _redis(text: str | None) -> str | None:
    if text and urlsplit(text).scheme not in REDIS_KINDS:
        raise BadSetting("HOURKEEP_REDIS_URL: it looks like redis://127.0.0.1:6379/0.")
    return text or None


def _mail(address: str | None, sender: str | None) -> MailServer | None:
    if not address:
        return None
    try:
        url = urlsplit(address)
        host, port = url.hostname, url.port
    except ValueError as failure:
        raise BadSetting("HOURKEEP_SMTP_URL: it looks like smtp://user:password@host:587.") from failure
    if url.scheme not in MAIL_PORTS or not host:
        raise BadSetting("HOURKEEP_SMTP_URL: it looks like smtp://user:password@host:587.")
    if not sender or "@" not in sender or not sender.isprintable():
        raise BadSetting("HOURKEEP_MAIL_FROM: name the address from which e-mails come.")
    return MailServer(
        host=host,
        port=port or MAIL_PORTS[url.scheme],
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        is_tls=url.scheme == "smtps",
        sender=sender,
    )


def _networks(name: str, variables: Mapping[str, str]) -> tuple[IPv4Network | IPv6Network, ...]:
    """Separated by commas; a single address is a network too."""
    words = [word.strip() for word in (variables.get(name) or "").split(",")]
    try:
        return tuple(ip_network(word) for word in words if word)
    except ValueError as failure:
        raise BadSetting(f"{name}: addresses or networks such as 10.0.0.0/8; {failure}.") from failure
