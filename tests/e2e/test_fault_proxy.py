"""Does the harness's network fail as it is told to, and only then?"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.e2e.company import ask
from tests.e2e.fault_proxy import BUSY, PORTAL, SYNC, Drop, FaultProxy, LoseReply, Twice


class Counting(ThreadingHTTPServer):
    daemon_threads = True
    served = 0


class CountingConnection(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Counting)
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.served += 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"served": %d}' % self.server.served)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  name of http.server
        """Nobody listens."""


@pytest.fixture
def upstream() -> Iterator[Counting]:
    listener = Counting(("127.0.0.1", 0), CountingConnection)
    Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()
    yield listener
    listener.shutdown()
    listener.server_close()


@pytest.fixture
def proxy(upstream: Counting) -> Iterator[FaultProxy]:
    between = FaultProxy(upstream.server_address[1])
    yield between
    between.close()


def sync(proxy: FaultProxy) -> object:
    return ask("POST", f"{proxy.url}{SYNC}", {}).body


def test_a_healthy_network_passes_requests_on(proxy: FaultProxy, upstream: Counting) -> None:
    assert sync(proxy) == {"served": 1}
    assert upstream.served == 1


def test_a_dropped_request_never_arrives(proxy: FaultProxy, upstream: Counting) -> None:
    proxy.next(Drop())
    with pytest.raises(http.client.RemoteDisconnected):
        sync(proxy)
    assert upstream.served == 0
    assert sync(proxy) == {"served": 1}


def test_a_lost_reply_means_the_work_was_done(proxy: FaultProxy, upstream: Counting) -> None:
    proxy.next(LoseReply())
    with pytest.raises(http.client.RemoteDisconnected):
        sync(proxy)
    assert upstream.served == 1


def test_a_duplicated_request_arrives_twice(proxy: FaultProxy) -> None:
    proxy.next(Twice())
    assert sync(proxy) == {"served": 2}


def test_somebody_else_answers_while_the_fault_stands(proxy: FaultProxy, upstream: Counting) -> None:
    proxy.from_now_on(BUSY)
    proxy.next(PORTAL, path="/elsewhere")
    assert [ask("POST", f"{proxy.url}{SYNC}", {}).status for _ in range(2)] == [503, 503]
    proxy.plug_it_in()
    assert sync(proxy) == {"served": 1}
    assert [seen.status for seen in proxy.seen()] == [503, 503, 200]
    assert proxy.planned == 1
    assert upstream.served == 1
