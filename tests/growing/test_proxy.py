"""Do the packaged rules for nginx say what they should?"""

from __future__ import annotations

import http.client
import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from server import bootstrap
from tests.e2e.eventually import eventually
from tests.growing.farm import LOCAL, PACKAGED, PATH, Farm, answers, free_port
from tests.server.databases import Server

LOCATIONS: Final = (PACKAGED / "locations.conf").read_text()
DOCUMENT: Final[dict[str, Any]] = json.loads(bootstrap.description())
KEY: Final = "Idempotency-Key"


@pytest.fixture
def alone(postgresql: Server, tmp_path: Path) -> Iterator[Farm]:
    """The proxy, and none of the instances."""
    farm = Farm(tmp_path, "", instances=4)
    farm.nginx.start()
    eventually(lambda: answers(farm.port), "nginx")
    yield farm
    farm.close()


def test_what_may_be_sent_again_is_what_takes_a_key(postgresql: Server) -> None:
    """The description says which operations do."""
    [pattern] = re.findall(r"^location ~ (\S+) \{", LOCATIONS, re.MULTILINE)
    takes_key = {
        (method, path)
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        if any(each["name"] == KEY for each in operation.get("parameters", ()))
    }
    repeatable = {
        (method, path)
        for path, item in DOCUMENT["paths"].items()
        for method in item
        if method in {"post", "patch"} and re.search(pattern, re.sub(r"\{\w+\}", "1", path))
    }
    assert repeatable == {(method, path) for method, path in takes_key if method in {"post", "patch"}}


def test_nginx_takes_the_site(postgresql: Server, tmp_path: Path) -> None:
    """With a certificate, and at ports that are free."""
    certificate = tmp_path / "cert.pem"
    key = tmp_path / "key.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=hourkeep.example.com -days 1"
    subprocess.run([*made.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    site = (PACKAGED / "hourkeep.conf").read_text()
    site = site.replace("/etc/ssl/hourkeep/fullchain.pem", str(certificate))
    site = site.replace("/etc/ssl/hourkeep/privkey.pem", str(key))
    site = site.replace("include hourkeep/", f"include {PACKAGED}/")
    site = site.replace("/var/log/nginx/", f"{tmp_path}/")
    for port in (443, 80):
        site = re.sub(rf"(listen (?:\[::\]:)?){port}\b", rf"\g<1>{free_port()}", site)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/nginx.pid; error_log stderr; events {{}} http {{ access_log off; {site} }}"
    )
    done = subprocess.run(
        ["nginx", "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": PATH},
    )
    assert done.returncode == 0, done.stderr


def test_when_all_are_away_a_client_can_tell(alone: Farm) -> None:
    for method in ("GET", "POST"):
        status, headers, said = ask(alone, method, b"")
        assert (status, headers["Content-Type"]) == (503, "application/problem+json")
        assert said["code"] == "away"
        assert int(headers["Retry-After"]) > 0


def test_what_is_too_large_for_the_proxy_is_said_as_the_server_says_it(alone: Farm) -> None:
    status, headers, said = ask(alone, "POST", bytes(2**21))
    assert (status, headers["Content-Type"]) == (413, "application/problem+json")
    assert said["code"] == "too_large"


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "//metrics", "/%6detrics", "/x/../metrics/"])
def test_figures_are_not_for_everybody(alone: Farm, path: str) -> None:
    """All of these could reach the same figures."""
    for neighbour, status in (("127.0.0.1", 503), ("127.0.0.2", 403)):
        with closing(http.client.HTTPConnection(LOCAL, alone.port, 30, (neighbour, 0))) as line:
            line.request("GET", path)
            assert line.getresponse().status == status


def ask(farm: Farm, method: str, body: bytes) -> tuple[int, Any, Any]:
    with closing(http.client.HTTPConnection(LOCAL, farm.port, timeout=30)) as line:
        line.request(method, "/api/v1/time-tracking/sync", body)
        answer = line.getresponse()
        return answer.status, answer.headers, json.loads(answer.read())
