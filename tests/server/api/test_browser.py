"""Who is signed in in a browser, and can a foreign page make use of it?"""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from httpx import Response

from server.domain.messages import Role
from tests.server.api.front import PASSWORD, PREFIX, Caller, Front, refused
from tests.server.company import Company

HOST: Final = "hourkeep.test"
ORIGIN: Final = f"https://{HOST}"
COOKIE: Final = re.compile(
    r"__Host-hourkeep=(hs_[\w-]{40,}); Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax; Secure"
)


class Browser:
    """Keeps the cookie and the token that it was given, and sends what a test tells it to."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.secret = ""
        self.csrf = ""

    def sign_in(self, email: str = "anna@demo.test", password: str = PASSWORD, **headers: str) -> Response:
        reply = self.ask(
            "POST", "/auth/session", json={"email": email, "password": password}, headers=headers
        )
        if reply.status_code == 201:
            match = COOKIE.fullmatch(reply.headers["set-cookie"])
            assert match is not None, reply.headers["set-cookie"]
            self.secret = match[1]
            self.csrf = reply.json()["csrf_token"]
        return reply

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> Response:
        """As the page of this server, but for the headers that are given; an empty one is left out."""
        sent = {
            "Cookie": f"__Host-hourkeep={self.secret}" if self.secret else "",
            "X-CSRF-Token": self.csrf,
            "Origin": ORIGIN,
            "User-Agent": "Firefox on Linux",
            **(headers or {}),
        }
        kept = {name: value.encode("latin-1") for name, value in sent.items() if value}
        return self.front.ask(method, f"{PREFIX}{path}", headers=kept, **options)

    def is_in(self) -> bool:
        return self.ask("GET", "/me").status_code == 200


@pytest.fixture
def front(front: Front) -> Front:
    front.give_password(front.company.anna)
    front.give_password(front.company.ben)
    return front


@pytest.fixture
def browser(front: Front) -> Browser:
    browser = Browser(front)
    assert browser.sign_in().status_code == 201
    return browser


# ---- signing in


def test_anna_signs_in(front: Front) -> None:
    browser = Browser(front)
    said = browser.sign_in().json()
    assert re.fullmatch("[0-9a-f]{64}", said["csrf_token"])
    assert said["user"]["email"] == "anna@demo.test"
    assert said["expires_at"] == front.company.clock.now_ms() // 1000 + 14 * 24 * 3600
    assert browser.ask("GET", "/auth/session").json() == said
    assert browser.is_in()


def test_wrong_ones_get_no_cookie(front: Front) -> None:
    for email, password in [("anna@demo.test", "wrong"), ("nobody@demo.test", PASSWORD)]:
        reply = Browser(front).sign_in(email, password)
        refused(reply, 401, "bad_credentials")
        assert "set-cookie" not in reply.headers


def test_browsers_and_devices_share_the_limit_of_tries(front: Front) -> None:
    for _ in range(10):
        front.sign_in(password="wrong")
    refused(Browser(front).sign_in(), 429, "too_many_requests")


def test_what_is_kept_opens_nothing(front: Front, browser: Browser) -> None:
    [(kept,)] = front.company.rows("SELECT token_hash FROM device_tokens")
    assert browser.secret not in kept
    for stolen in (kept, f"hs_{kept}", ""):
        browser.secret = stolen
        assert not browser.is_in()


@pytest.mark.parametrize(
    ("host", "cookie"),
    [
        ("localhost:8765", "hourkeep=hs_"),
        ("127.0.0.1:8765", "hourkeep=hs_"),
        ("[::1]:8765", "hourkeep=hs_"),
        ("hourkeep.example", "__Host-hourkeep=hs_"),
        ("localhost.evil.example", "__Host-hourkeep=hs_"),
        ("[", "__Host-hourkeep=hs_"),
    ],
)
def test_only_on_the_machine_itself_a_cookie_travels_unprotected(
    front: Front, host: str, cookie: str
) -> None:
    body = {"email": "anna@demo.test", "password": PASSWORD}
    reply = front.ask("POST", f"{PREFIX}/auth/session", json=body, headers={"Host": host})
    said = reply.headers["set-cookie"]
    assert said.startswith(cookie)
    assert ("; Secure" in said) == cookie.startswith("__Host-")


def test_an_unprotected_cookie_counts_nowhere_else(front: Front, browser: Browser) -> None:
    """It could have been put there by a neighbouring host."""
    assert browser.ask("GET", "/me", {"Cookie": f"hourkeep={browser.secret}"}).status_code == 401
    local = {"Cookie": f"hourkeep={browser.secret}", "Host": "localhost:8765"}
    assert browser.ask("GET", "/me", local).status_code == 200


# ---- nobody plants a session


def test_a_planted_session_is_not_taken_over(front: Front, browser: Browser) -> None:
    """Whoever knew the cookie before does not know it after signing in."""
    planted = browser.secret
    browser.sign_in("ben@demo.test")
    assert browser.secret != planted
    browser.secret = planted
    assert not browser.is_in()


def test_a_made_up_cookie_is_not_taken_over(front: Front) -> None:
    browser = Browser(front)
    browser.secret = "hs_made-up-by-somebody-who-knows-it-00000000000"
    browser.sign_in()
    assert "made-up" not in browser.secret


def test_a_token_is_no_cookie_and_a_cookie_no_token(front: Front, browser: Browser, anna: Caller) -> None:
    as_cookie = {"Cookie": f"__Host-hourkeep={anna.token}"}
    refused(browser.ask("GET", "/me", as_cookie), 401, "not_signed_in")
    as_token = {"Authorization": f"Bearer {browser.secret}", "Cookie": ""}
    refused(browser.ask("GET", "/me", as_token), 401, "not_signed_in")


def test_a_cookie_does_not_count_beside_a_token(browser: Browser, ben: Caller) -> None:
    both = {"Authorization": f"Bearer {ben.token}"}
    assert browser.ask("GET", "/me", both).json()["name"] == "Ben"
    refused(browser.ask("GET", "/me", {"Authorization": "Bearer hk_wrong"}), 401, "not_signed_in")
    refused(browser.ask("GET", "/me", {"Authorization": "Basic eA=="}), 401, "not_signed_in")


# ---- forged requests


def started(browser: Browser, **headers: str) -> Response:
    company = browser.front.company
    body = {"issue_id": company.issues["BP-1"], "project_id": company.projects["BP"]}
    return browser.ask("POST", "/time-tracking/start", headers, json=body)


def test_our_own_page_may(browser: Browser) -> None:
    assert started(browser).status_code == 200
    assert browser.ask("POST", "/time-tracking/stop").status_code == 200


@pytest.mark.parametrize("token", ["", "0" * 64, "ü"])
def test_without_the_sessions_token_nothing_changes(browser: Browser, token: str) -> None:
    refused(started(browser, **{"X-CSRF-Token": token}), 403, "csrf")
    assert browser.front.company.rows("SELECT count(*) FROM issue_time_logs") == [(0,)]


def test_another_sessions_token_is_none(front: Front, browser: Browser) -> None:
    other = Browser(front)
    other.sign_in()
    refused(started(browser, **{"X-CSRF-Token": other.csrf}), 403, "csrf")


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://hourkeep.test.evil.example",
        "https://evilhourkeep.test",
        f"https://{HOST}:8443",
        "null",
        "https://[",
    ],
)
def test_a_foreign_page_may_nothing_even_with_the_token(browser: Browser, origin: str) -> None:
    refused(started(browser, Origin=origin), 403, "csrf")


def test_a_foreign_page_without_an_origin(browser: Browser) -> None:
    refused(started(browser, Origin="", **{"Sec-Fetch-Site": "cross-site"}), 403, "csrf")
    refused(started(browser, Origin="", **{"Sec-Fetch-Site": "same-site"}), 403, "csrf")
    assert started(browser, Origin="", **{"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_the_usual_port_may_be_named(browser: Browser) -> None:
    assert started(browser, Host=f"{HOST}:443").status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_forms_content_type_opens_nothing(browser: Browser, content_type: str) -> None:
    body = b'{"email":"anna@demo.test","password":"correct horse"}'
    reply = browser.ask("POST", "/auth/session", {"Content-Type": content_type}, content=body)
    refused(reply, 415, "wrong_media_type")


def test_a_foreign_page_signs_nobody_in(front: Front) -> None:
    """Or somebody would work under another's name without noticing."""
    reply = Browser(front).sign_in(Origin="https://evil.example")
    refused(reply, 403, "csrf")
    assert "set-cookie" not in reply.headers


def test_devices_need_no_token_against_forged_requests(anna: Caller) -> None:
    headers = {"Origin": "https://anything.example"}
    company = anna.front.company
    body = {"issue_id": company.issues["BP-1"], "project_id": company.projects["BP"]}
    assert anna.ask("POST", "/time-tracking/start", headers, json=body).status_code == 200


# ---- the end


def test_it_ends_after_twelve_hours_without_use(front: Front, browser: Browser) -> None:
    clock = front.company.clock
    for _ in range(3):
        clock.advance(hours=11, minutes=50)
        assert browser.is_in()
    clock.advance(hours=12)
    assert not browser.is_in()


def test_it_ends_after_fourteen_days_in_any_case(front: Front, browser: Browser) -> None:
    for _ in range(14 * 24 - 1):
        front.company.clock.advance(hours=1)
        if front.company.clock.now_ms() % (8 * 3_600_000) == 0:
            assert browser.is_in()
    front.company.clock.advance(hours=1)
    assert not browser.is_in()


def test_signing_out(front: Front, browser: Browser, anna: Caller) -> None:
    refused(browser.ask("DELETE", "/auth/session", {"X-CSRF-Token": ""}), 403, "csrf")
    reply = browser.ask("DELETE", "/auth/session")
    assert (reply.status_code, reply.content) == (204, b"")
    assert reply.headers["set-cookie"].startswith("__Host-hourkeep=; Path=/; Max-Age=0;")
    assert not browser.is_in()
    assert anna.ask("GET", "/me").status_code == 200


def test_whoever_is_switched_off_is_out(front: Front, browser: Browser) -> None:
    front.switch_off(front.company.anna)
    assert not browser.is_in()


def test_a_device_has_no_session(anna: Caller) -> None:
    refused(anna.ask("GET", "/auth/session"), 404, "not_found")


# ---- odd ones


@pytest.mark.parametrize(
    "cookie",
    ["__Host-hourkeep", "__Host-hourkeep=", "=;;;", "__Host-hourkeep=hs_ü", "a" * 5000, '__Host-hourkeep="'],
)
def test_an_odd_cookie_opens_nothing(front: Front, cookie: str) -> None:
    reply = Browser(front).ask("GET", "/me", {"Cookie": cookie})
    refused(reply, 401, "not_signed_in")


def test_what_a_browser_calls_itself_is_only_shown(front: Front) -> None:
    browser = Browser(front)
    browser.sign_in(**{"User-Agent": "x" * 500})
    [device] = browser.ask("GET", "/devices").json()["items"]
    assert device["name"] == "x" * 200


def test_no_secret_is_logged(front: Front, browser: Browser) -> None:
    started(browser)
    browser.ask("DELETE", "/auth/session")
    log = front.out.getvalue().decode()
    for secret in (browser.secret, browser.secret[3:], browser.csrf, PASSWORD, "anna@demo.test"):
        assert secret not in log


def test_everything_opens_with_a_session_too(company: Company, front: Front) -> None:
    root = company.hire("root", [], Role.ADMIN)
    front.give_password(root)
    browser = Browser(front)
    browser.sign_in("root@demo.test")
    made = browser.ask("POST", "/users", json={"email": "c@demo.test", "name": "Carl", "role": "member"})
    assert made.status_code == 201
    assert len(browser.ask("GET", "/users").json()["items"]) == 4
