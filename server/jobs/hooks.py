"""How is a webhook called?

The address is looked up, judged, and that very address is called: a name that leads elsewhere a moment later does not help.
Redirects are not followed. Of the answer only its status is read.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from ipaddress import ip_address
from socket import SOCK_STREAM
from typing import Final
from urllib.parse import SplitResult, urlsplit

import h11

from server.clock import Clock
from server.domain.addresses import Network, is_within, may_call
from server.domain.delivery import Hook, Told
from server.domain.signature import check_of, secret_for, sign
from server.jobs.outcome import NotDelivered

WITHIN_S: Final = 10  # all of it
HANG_UP_S: Final = 1
CHUNK: Final = 4096
SUCCESS: Final = range(200, 300)
PORTS: Final = {"https": 443, "http": 80}

Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolve(host: str, port: int) -> list[str]:
    """Numeric addresses. OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True)
class Caller:
    """`key`: of this server; the webhooks' secrets are made with it. `networks`: those that may be called beside the public ones."""

    key: bytes
    networks: tuple[Network, ...]
    clock: Clock
    agent: str
    resolve: Resolve = resolve
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context
    within_s: float = WITHIN_S

    async def send(self, to: Hook, told: Told) -> None:
        """NotDelivered. A repeat has the same `webhook-id`."""
        secret = secret_for(self.key, to.salt)
        if check_of(secret) != to.secret_check:
            raise NotDelivered("HOURKEEP_SECRET_KEY was changed: make this webhook anew.", for_good=True)
        try:
            async with asyncio.timeout(self.within_s):
                status = await self._post(urlsplit(to.url), secret, told)
        except TimeoutError as failure:
            raise NotDelivered(f"No answer within {self.within_s:g} seconds.") from failure
        except ssl.SSLError as failure:
            raise NotDelivered("Its certificate is not a good one.") from failure
        except UnicodeError as failure:
            raise NotDelivered("Its name is none that can be looked up.", for_good=True) from failure
        except (OSError, h11.ProtocolError) as failure:
            raise NotDelivered(f"It does not answer: {type(failure).__name__}.") from failure
        if status not in SUCCESS:
            raise NotDelivered(f"It answered {status}.", for_good=status == HTTPStatus.GONE)

    async def _post(self, url: SplitResult, secret: str, told: Told) -> int:
        body = _body(told)
        now_s = self.clock.now_ms() // 1000
        request = h11.Request(
            method="POST",
            target=(url.path or "/") + (f"?{url.query}" if url.query else ""),
            headers=[
                ("Host", url.netloc),
                ("Content-Type", "application/json"),
                ("Content-Length", str(len(body))),
                ("User-Agent", self.agent),
                ("Webhook-Id", told.key),
                ("Webhook-Timestamp", str(now_s)),
                ("Webhook-Signature", sign(secret, told.key, now_s, body)),
                ("Connection", "close"),
            ],
        )
        reader, writer = await self._connect(url)
        try:
            return await _exchange(reader, writer, request, body)
        finally:
            await _hang_up(writer)

    async def _connect(self, url: SplitResult) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = url.hostname or "", url.port or PORTS[url.scheme]
        addresses = await self._permitted(url.scheme, host, port)
        tls = self._tls if url.scheme == "https" else None
        name = host if tls else None
        return await asyncio.open_connection(addresses[0], port, ssl=tls, server_hostname=name)

    async def _permitted(self, scheme: str, host: str, port: int) -> list[str]:
        found = await self.resolve(host, port)
        permitted = [each for each in found if self._may_call(scheme, each)]
        if not permitted:
            raise NotDelivered("This server may not call that address (HOURKEEP_WEBHOOK_NETWORKS).")
        return permitted

    def _may_call(self, scheme: str, address: str) -> bool:
        """In plain HTTP only within the networks that were named for it."""
        if scheme == "https":
            return may_call(address, self.networks)
        return is_within(ip_address(address.partition("%")[0]), self.networks)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self.tls()


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: h11.Request, body: bytes
) -> int:
    """The answer's status."""
    talk = h11.Connection(h11.CLIENT)
    for part in (request, h11.Data(body), h11.EndOfMessage()):
        writer.write(talk.send(part) or b"")
    await writer.drain()
    while True:
        event = talk.next_event()
        if event is h11.NEED_DATA:
            talk.receive_data(await reader.read(CHUNK))
        elif isinstance(event, h11.Response):
            return int(event.status_code)


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    """Whatever the other side does: what it answered is known."""
    writer.close()
    try:
        async with asyncio.timeout(HANG_UP_S):
            await writer.wait_closed()
    except OSError:  # also TimeoutError and SSLError
        writer.transport.abort()


def _body(told: Told) -> bytes:
    said = {
        "type": told.kind,
        "timestamp": told.at_ms // 1000,
        "data": {**told.payload, "project_key": told.project_key, "project_name": told.project_name},
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
