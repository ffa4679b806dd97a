"""How is an e-mail sent?

In a thread of its own, one after the other: a slow mail server delays other e-mails and nothing else.
"""

from __future__ import annotations

import asyncio
import re
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from server.domain.delivery import Mailbox, Told
from server.jobs.outcome import NotDelivered
from server.jobs.words import letter
from server.settings import Language, MailServer

WITHIN_S: Final = 20  # each step of the conversation
NOT_IN_AN_ID: Final = re.compile(r"[^A-Za-z0-9.-]+")
LOCAL: Final = ("localhost", "127.0.0.1", "::1")
PERMANENT: Final = 500  # an SMTP reply code from here on says that another try would not help


class Post:
    """`server_id` makes its messages' ids the only ones of their kind."""

    def __init__(self, server: MailServer, language: Language, server_id: str) -> None:
        self._server = server
        self._language = language
        self._server_id = server_id
        self._thread = ThreadPoolExecutor(1, "mail")

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def send(self, to: Mailbox, told: Told) -> None:
        """NotDelivered. A repeat has the same Message-ID, by which mail programs tell it."""
        message = self._message(to, told)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._send, message)

    def _message(self, to: Mailbox, told: Told) -> EmailMessage:
        written = letter(told, self._language)
        message = EmailMessage(policy=SMTP)
        try:
            message["From"] = self._server.sender
            message["To"] = Address(addr_spec=to.email)
            message["Subject"] = " ".join(written.subject.split())
        except (ValueError, IndexError, MessageError) as failure:
            raise NotDelivered("Nobody can be written to at this address.", for_good=True) from failure
        message["Date"] = format_datetime(datetime.fromtimestamp(told.at_ms // 1000, UTC))
        name = NOT_IN_AN_ID.sub(".", f"{told.key}.{to.user_id}")
        message["Message-ID"] = f"<{name}@{self._server_id}.hourkeep>"
        message["Auto-Submitted"] = "auto-generated"  # no out-of-office replies
        message.set_content(written.text)
        return message

    def _send(self, message: EmailMessage) -> None:
        try:
            with self._connect() as connection:
                connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as failure:
            code = max(code for code, _ in failure.recipients.values())
            raise NotDelivered(f"The mail server said {code}.", for_good=code >= PERMANENT) from failure
        except smtplib.SMTPResponseException as failure:
            is_permanent = failure.smtp_code >= PERMANENT and not isinstance(
                failure, smtplib.SMTPAuthenticationError
            )
            raise NotDelivered(
                f"The mail server said {failure.smtp_code}.", for_good=is_permanent
            ) from failure
        except (OSError, smtplib.SMTPException) as failure:
            raise NotDelivered(f"The mail server does not answer: {type(failure).__name__}.") from failure

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        context = ssl.create_default_context()
        if server.is_tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=WITHIN_S, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=WITHIN_S)
        try:
            self._greet(connection, context)
        except BaseException:
            connection.close()
            raise
        return connection

    def _greet(self, connection: smtplib.SMTP, context: ssl.SSLContext) -> None:
        server = self._server
        connection.ehlo()
        if not server.is_tls and connection.has_extn("starttls"):
            connection.starttls(context=context)
            connection.ehlo()
        elif not server.is_tls and server.user and server.host not in LOCAL:
            raise NotDelivered("The mail server offers no encryption for the password.")
        if server.user:
            connection.login(server.user, server.password)
