"""When is a delivery tried again, and where may it lead?"""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from server.domain.addresses import may_call
from server.domain.delivery import ATTEMPTS, pause_ms
from server.domain.signature import check_of, secret_for, sign


def test_pauses_double_up_to_an_hour() -> None:
    assert [pause_ms(attempts, 1.0) for attempts in range(1, ATTEMPTS + 1)] == [
        5_000,
        10_000,
        20_000,
        40_000,
        80_000,
        160_000,
        320_000,
        640_000,
        1_280_000,
        2_560_000,
        3_600_000,
        3_600_000,
    ]


def test_chance_spreads_a_pause_over_its_upper_half() -> None:
    assert [pause_ms(3, chance) for chance in (0.0, 0.5, 1.0)] == [10_000, 15_000, 20_000]


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_may_be_called(address: str) -> None:
    assert may_call(address, ())


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",  # noqa: S104  # nobody listens there
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",  # the cloud's metadata
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",  # 127.0.0.1 behind NAT64
        "2002:7f00:1::1",  # 127.0.0.1 by 6to4
        "2001:0:7f00:1::",  # by Teredo
        "::7f00:1",  # as IPv6 once wrote IPv4
        "::ffff:0:7f00:1",  # translated
        "64:ff9b:1::7f00:1",  # behind somebody's own NAT64
        "fec0::1",  # a site's own, as it once was
        "4000::1",
        "3fff::1",
        "192.0.0.192",  # a cloud's metadata
        "168.63.129.16",  # another one's
    ],
)
def test_what_only_this_server_reaches_may_not(address: str) -> None:
    assert not may_call(address, ())


def test_a_network_can_be_allowed() -> None:
    allowed = (ip_network("10.0.0.0/8"),)
    assert may_call("10.1.2.3", allowed)
    assert may_call("::ffff:10.1.2.3", allowed)
    assert not may_call("192.168.1.1", allowed)


def test_a_name_is_no_address() -> None:
    with pytest.raises(ValueError, match="example"):
        may_call("example.com", ())


def test_the_signature_is_the_standards() -> None:
    """The example of the Standard Webhooks specification."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    signature = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_every_webhook_has_a_secret_of_its_own() -> None:
    secrets = {secret_for(b"key", "a"), secret_for(b"key", "b"), secret_for(b"other", "a")}
    assert len(secrets) == 3
    assert len({check_of(secret) for secret in secrets}) == 3
