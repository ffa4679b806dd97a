"""Does what a person types become the server's address, and does nothing else pass?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.address import is_loopback, normalise_url
from app.api.problems import BadAddress

UNDERSTOOD = {
    "hours.example.com": "https://hours.example.com",
    "  hours.example.com/ ": "https://hours.example.com",
    "Hours.Example.COM": "https://hours.example.com",
    "hours.example.com.": "https://hours.example.com",
    "hours.example.com:8765": "https://hours.example.com:8765",
    "HTTPS://hours.example.com": "https://hours.example.com",
    "https://example.com/hours/": "https://example.com/hours",
    "https://hours.example.com/?from=mail#top": "https://hours.example.com",
    "https://zeit.müller.example": "https://zeit.müller.example",
    "http://hours.example.com": "http://hours.example.com",
    "http://127.0.0.1:8765/": "http://127.0.0.1:8765",
    "127.0.0.1:8765": "http://127.0.0.1:8765",
    "localhost:8765": "http://localhost:8765",
    "https://localhost": "https://localhost",
    "[::1]:8765": "http://[::1]:8765",
    "https://[2001:DB8::1]": "https://[2001:db8::1]",
    "timeserver": "https://timeserver",
}
NO_ADDRESSES = [
    "",
    "   ",
    "https://",
    "://hours.example.com",
    "ftp://hours.example.com",
    "javascript://hours.example.com",
    "hours example com",
    "hours.example.com\nHost: other",
    "hours..example.com",
    "hours.example.com:0",
    "hours.example.com:65536",
    "hours.example.com:eight",
    "https://[::1",
    "https://[::1]]",
    "https://[1.2.3.4]",
    "::1",
    "https://hours.example.com/a b",
    "https://hours.example.com/\\\\share",
    "a." * 300,
    "https://hours.example.com/" + "a" * 500,
    "hours.example.com\x00",
    "\udc80.example.com",
]


@pytest.mark.parametrize("typed", UNDERSTOOD)
def test_what_people_type(typed: str) -> None:
    assert normalise_url(typed) == UNDERSTOOD[typed]


@pytest.mark.parametrize("typed", NO_ADDRESSES)
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(BadAddress) as refused:
        normalise_url(typed)
    assert len(str(refused.value).splitlines()) == 1
    assert refused.value.code == "bad_address"


@pytest.mark.parametrize("typed", ["https://anna:s3cret@hours.example.com", "anna:s3cret@hours.example.com"])
def test_a_password_in_the_address_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(BadAddress) as refused:
        normalise_url(typed)
    assert "s3cret" not in repr(refused.value)


@given(st.text() | st.from_regex(r"\A(https?://)?[a-zA-Z0-9.\[\]:@/-]+\Z"))
def test_an_address_stays_as_it_is(typed: str) -> None:
    try:
        address = normalise_url(typed)
    except BadAddress:
        return
    assert normalise_url(address) == address
    assert address.startswith(("https://", "http://"))
    assert not address.endswith("/")
    assert "@" not in address


@pytest.mark.parametrize("host", ["localhost", "demo.localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "localhost.example.com", "128.0.0.1", "example.com", "::2", "127.0.0.1.nip.io"]
)
def test_other_machines(host: str) -> None:
    assert not is_loopback(host)
