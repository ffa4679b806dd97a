"""How does a test run several instances of the server behind a proxy?

All of it is real: PostgreSQL, Redis, nginx with the rules that are packaged, and a process for each instance.
"""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import sys
from functools import partial
from pathlib import Path
from typing import Final

from tests.e2e.eventually import eventually
from tests.e2e.programs import ROOT, Program, run

PACKAGED: Final = ROOT / "packaging" / "server" / "nginx"
TOOLS: Final = ("nginx", "redis-server")
LOCAL: Final = "127.0.0.1"
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
READY_WITHIN_S: Final = 60.0
NGINX: Final = """
daemon off;
user root;
worker_processes 2;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 512; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {upstream}
    server {{
        listen {local}:{port};
        include {packaged}/locations.conf;
    }}
}}
"""


def missing_tools() -> list[str]:
    return [tool for tool in TOOLS if shutil.which(tool, path=PATH) is None]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        return int(probe.getsockname()[1])


class Farm:
    """`instances` by number; `url` is where the proxy listens."""

    def __init__(self, folder: Path, database_url: str, instances: int) -> None:
        self._folder = folder
        self._redis_port = free_port()
        self._environment = {
            "PATH": PATH,
            "HOURKEEP_DATABASE_URL": database_url,
            "HOURKEEP_REDIS_URL": f"redis://{LOCAL}:{self._redis_port}/0",
            "HOURKEEP_SECRET_KEY": "c2VjcmV0IG9mIGEgdGVzdCB0aGF0IG5vYm9keSBrbm93cw==",
            "HOURKEEP_TRUSTED_PROXIES": LOCAL,
        }
        self.port = free_port()
        self.ports = [free_port() for _ in range(instances)]
        self.instances = [self._instance(port) for port in self.ports]
        self.redis = self._program("redis", "redis-server", "--port", str(self._redis_port), "--save", "")
        self.nginx = self._program("nginx", "nginx", "-p", str(folder), "-c", str(self._site()))

    def start(self) -> None:
        self.redis.start()
        eventually(lambda: answers(self._redis_port), "Redis", READY_WITHIN_S)
        self.start_instances(*range(len(self.instances)))
        self.nginx.start()
        eventually(lambda: is_ready(self.port), "nginx", READY_WITHIN_S)

    def start_instances(self, *numbers: int) -> None:
        for number in numbers:
            self.instances[number].start()
        for number in numbers:
            eventually(partial(is_ready, self.ports[number]), f"instance {number}", READY_WITHIN_S)

    def close(self) -> None:
        for program in (self.nginx, *self.instances, self.redis):
            program.kill9()

    def command(self, *words: str) -> None:
        done = run([sys.executable, "-m", "server", *words], self._environment)
        assert done.code == 0, done.err

    @property
    def failures(self) -> str:
        """What the instances said of faults of their own."""
        said = [line for each in self.instances for line in each.words.splitlines()]
        return "\n".join(line for line in said if '"exception"' in line or "Traceback" in line)

    def _instance(self, port: int) -> Program:
        command = [sys.executable, "-m", "server", "serve", "--host", LOCAL, "--port", str(port)]
        return Program(command, self._environment, self._folder / f"instance-{port}.log")

    def _program(self, name: str, *command: str) -> Program:
        return Program(command, {"PATH": PATH}, self._folder / f"{name}.log")

    def _site(self) -> Path:
        path = self._folder / "nginx.conf"
        path.write_text(
            NGINX.format(
                folder=self._folder,
                local=LOCAL,
                port=self.port,
                packaged=PACKAGED,
                upstream=upstream(self.ports),
            )
        )
        return path


def upstream(ports: list[int]) -> str:
    """The packaged one, with other ports."""
    site = (PACKAGED / "hourkeep.conf").read_text()
    [block] = re.findall(r"^upstream hourkeep \{.*?^\}", site, re.DOTALL | re.MULTILINE)
    written = iter(ports)
    found: str = re.sub(r"127\.0\.0\.1:\d+", lambda _: f"{LOCAL}:{next(written)}", block)
    assert next(written, None) is None, "not all instances are in it"
    return found


def answers(port: int) -> bool:
    with socket.create_connection((LOCAL, port), timeout=1):
        return True


def is_ready(port: int) -> bool:
    line = http.client.HTTPConnection(LOCAL, port, timeout=5)
    try:
        line.request("GET", "/readyz")
        return line.getresponse().status == 200
    except http.client.HTTPException:
        return False
    finally:
        line.close()
