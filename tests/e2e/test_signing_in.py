"""Does signing in keep its secret well, and does tracking go on when the sign-in is gone?"""

from __future__ import annotations

import json

from tests.e2e.company import ANNA, BEN, Company, Person, ask
from tests.e2e.eventually import eventually
from tests.e2e.fault_proxy import Answer, FaultProxy
from tests.e2e.lived import each_action_once, everything_arrived, let_time_pass, only_log
from tests.e2e.workstation import NewDevice, Workstation

KEYRING_SERVICE = "hourkeep"


def token_of(app: Workstation) -> str:
    """Beside it lie the mark of the last confirmed action, and what other tests left."""
    kept = json.loads((app.profile / "settings.json").read_text())
    name = f"{kept['server_id']}/{kept['user_id']}"
    return app.desktop.keyring(service=KEYRING_SERVICE, username=name)


def state(app: Workstation) -> str:
    return str(app.status()["sync"]["state"])


def test_the_token_is_in_the_keyring_and_nowhere_else(annas_app: Workstation) -> None:
    everything_arrived(annas_app)
    token = token_of(annas_app)
    assert token.startswith("hk_")
    files = [path for path in annas_app.profile.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if token.encode() in path.read_bytes()]
    assert token not in annas_app.program.words


def test_after_a_restart_anna_is_still_signed_in(annas_app: Workstation) -> None:
    everything_arrived(annas_app)
    annas_app.restart_after_kill9()
    everything_arrived(annas_app)


def test_revoked_while_offline(
    annas_app: Workstation, network: FaultProxy, server: Company, anna: Person
) -> None:
    """The time goes on, the app asks to sign in, and then all that waited arrives once."""
    everything_arrived(annas_app)
    before = anna.logs("BP-123")
    network.pull_the_cable()
    annas_app.do("start", "BP-123")
    revoked = ask("DELETE", f"{server.url}/api/v1/auth/token", token=token_of(annas_app))
    assert revoked.status in (200, 204)
    network.plug_it_in()
    eventually(lambda: state(annas_app) == "signed_out", "the app to notice", within=40)

    let_time_pass(annas_app, 1)
    annas_app.do("pause")
    annas_app.do("resume")
    annas_app.do("stop")
    assert annas_app.status()["sync"]["waiting"] == 4
    assert annas_app.menu_offers("Sign in")

    annas_app.sign_in(network.url)
    everything_arrived(annas_app)
    only_log(anna, "BP-123", before)
    each_action_once(server, ["timer.start", "timer.pause", "timer.resume", "timer.stop"])


def test_a_wrong_password_is_said_and_changes_nothing(annas_app: Workstation, network: FaultProxy) -> None:
    everything_arrived(annas_app)
    words = ["login", "--server", network.url, "--email", ANNA, "--password-stdin"]
    done = annas_app.command(*words, say="not the password")
    assert done.code == 1
    assert len(done.err.strip().splitlines()) == 1
    everything_arrived(annas_app)


def test_nobody_listens_at_that_address(app: Workstation) -> None:
    refused(app, "http://127.0.0.1:9")


def test_another_product_answers_there(app: Workstation, network: FaultProxy) -> None:
    network.from_now_on(
        Answer(200, b'{"version": "2.1", "name": "wiki"}', {"Content-Type": "application/json"})
    )
    refused(app, network.url)
    assert not network.seen("/auth/token")


def test_a_page_answers_there(app: Workstation, network: FaultProxy) -> None:
    network.from_now_on(Answer(200, b"<html>Welcome</html>", {"Content-Type": "text/html"}))
    refused(app, network.url)
    assert not network.seen("/auth/token")


def test_that_is_no_address(app: Workstation) -> None:
    refused(app, "not an address")


def refused(app: Workstation, url: str) -> None:
    """Signing in there fails with one line that names the address, and the app lives on."""
    words = ["login", "--server", url, "--email", ANNA, "--password-stdin"]
    done = app.command(*words, say="demo-password")
    assert done.code == 1
    assert len(done.err.strip().splitlines()) == 1
    assert "Traceback" not in app.program.words
    assert state(app) == "signed_out"


def test_without_a_keyring_a_private_file_keeps_the_token(new_device: NewDevice, network: FaultProxy) -> None:
    app = new_device("device", PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
    app.start()
    app.sign_in(network.url, BEN)
    everything_arrived(app)
    secrets = [path for path in app.profile.rglob("*") if path.is_file() and b"hk_" in path.read_bytes()]
    assert secrets
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}
