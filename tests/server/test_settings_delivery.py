"""What does the server make of the settings that lead outside?"""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from server.settings import BadSetting, Language, MailServer, read

SECRET = "0123456789abcdef0123456789abcdef"


def test_all_of_them() -> None:
    found = read(
        {
            "HOURKEEP_SECRET_KEY": SECRET,
            "HOURKEEP_REDIS_URL": "redis://127.0.0.1:6379/3",
            "HOURKEEP_SMTP_URL": "smtp://mailer:p%40ss@mail.example:587",
            "HOURKEEP_MAIL_FROM": "hourkeep@example.com",
            "HOURKEEP_LANGUAGE": "DE",
            "HOURKEEP_WEBHOOK_NETWORKS": "10.0.0.0/8, 192.168.1.7",
            "HOURKEEP_TRUSTED_PROXIES": "127.0.0.1,::1",
            "HOURKEEP_METRICS_TOKEN": SECRET,
        }
    )
    assert found.secret_key == found.metrics_token == SECRET
    assert found.redis_url == "redis://127.0.0.1:6379/3"
    assert found.mail == MailServer("mail.example", 587, "mailer", "p@ss", False, "hourkeep@example.com")
    assert found.language is Language.GERMAN
    assert found.webhook_networks == (ip_network("10.0.0.0/8"), ip_network("192.168.1.7/32"))
    assert found.trusted_proxies == ("127.0.0.1/32", "::1/128")


def test_a_mail_server_with_tls_from_the_first_byte() -> None:
    found = read({"HOURKEEP_SMTP_URL": "smtps://mail.example", "HOURKEEP_MAIL_FROM": "h@example.com"})
    assert found.mail == MailServer("mail.example", 465, "", "", True, "h@example.com")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOURKEEP_SECRET_KEY", "too short"),
        ("HOURKEEP_METRICS_TOKEN", "ü" * 40),
        ("HOURKEEP_REDIS_URL", "127.0.0.1:6379"),
        ("HOURKEEP_SMTP_URL", "mail.example"),
        ("HOURKEEP_SMTP_URL", "smtp://mail.example:port"),
        ("HOURKEEP_LANGUAGE", "klingon"),
        ("HOURKEEP_WEBHOOK_NETWORKS", "10.0.0.1/8"),
        ("HOURKEEP_TRUSTED_PROXIES", "nginx"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name}: "):
        read({name: value})


def test_a_secret_is_never_repeated_in_the_words() -> None:
    with pytest.raises(BadSetting) as refusal:
        read({"HOURKEEP_SECRET_KEY": "hunter2"})
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("sender", ["", "nobody", "a@b\r\nBcc: c@d"])
def test_e_mails_come_from_somebody(sender: str) -> None:
    with pytest.raises(BadSetting, match=r"^HOURKEEP_MAIL_FROM: "):
        read({"HOURKEEP_SMTP_URL": "smtp://mail.example", "HOURKEEP_MAIL_FROM": sender})
