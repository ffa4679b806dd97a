"""Which webhooks does this person keep, and how do their deliveries go?

A manager keeps those of their projects, an administrator all.
"""

from __future__ import annotations

import re
import secrets
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from server.db.repositories import catalog, deliveries, webhooks
from server.db.repositories.deliveries import Course
from server.db.repositories.webhooks import StoredWebhook
from server.db.session import Connection
from server.domain import permissions
from server.domain.addresses import Network, may_call
from server.domain.delivery import State
from server.domain.errors import Conflict, Invalid, NotFound
from server.domain.messages import (
    Delivery,
    DeliveryPage,
    DeliveryState,
    FieldError,
    MadeWebhook,
    NewWebhook,
    Role,
    Webhook,
    WebhookPage,
)
from server.domain.principal import Principal
from server.domain.signature import check_of, secret_for
from server.domain.trail import Entry
from server.services import audit, rights
from server.services.pages import cut, last_id

NEWEST: Final = 2**53
SALT_BYTES: Final = 32
MOST: Final = 20  # of a project: each is called each time
PRINTABLE: Final = re.compile(r"[!-~]+")


def add(
    conn: Connection,
    principal: Principal,
    asked: NewWebhook,
    key: bytes,
    networks: tuple[Network, ...],
    now_ms: int,
) -> MadeWebhook:
    """`key`: of this server; the secret is made with it. Invalid, Forbidden, NotFound, Conflict."""
    _check_right(conn, principal, asked.project_id)
    _check_address(asked.url, networks)
    if webhooks.count(conn, asked.project_id) >= MOST:
        raise Conflict(f"There are {MOST} webhooks for this already. End one of them first.")
    salt = secrets.token_hex(SALT_BYTES)
    secret = secret_for(key, salt)
    webhook_id = webhooks.add(
        conn,
        project_id=asked.project_id,
        url=asked.url,
        salt=salt,
        secret_check=check_of(secret),
        created_by=principal.user_id,
        now_ms=now_ms,
    )
    stored = StoredWebhook(webhook_id, asked.project_id, asked.url, principal.user_id, now_ms)
    _record(conn, principal, "webhook.added", stored, now_ms)
    return MadeWebhook(_webhook(stored), secret)


def page(conn: Connection, principal: Principal, cursor: str | None, limit: int) -> WebhookPage:
    """By id. Forbidden, Invalid for a cursor that no page gave out."""
    rights.lead(principal)
    after = last_id(cursor) or 0
    member = None if principal.role is Role.ADMIN else principal.user_id
    found = webhooks.page(conn, member, after, limit + 1)
    shown, last = cut(found, limit)
    return WebhookPage([_webhook(each) for each in shown], None if last is None else str(last.webhook_id))


def end(conn: Connection, principal: Principal, webhook_id: int, now_ms: int) -> None:
    """What waits for it is not sent any more. NotFound."""
    stored = _find(conn, principal, webhook_id)
    webhooks.end(conn, webhook_id, now_ms)
    deliveries.cancel_of_webhook(conn, webhook_id, now_ms)
    _record(conn, principal, "webhook.ended", stored, now_ms)


def course(
    conn: Connection,
    principal: Principal,
    webhook_id: int,
    state: DeliveryState | None,
    cursor: str | None,
    limit: int,
) -> DeliveryPage:
    """Its deliveries, newest first. NotFound, Invalid for a cursor that no page gave out."""
    _find(conn, principal, webhook_id)
    before = last_id(cursor) or NEWEST
    wanted = None if state is None else State(state)
    found = deliveries.of_webhook(conn, webhook_id, wanted, before, limit + 1)
    shown, last = cut(found, limit)
    return DeliveryPage([_delivery(each) for each in shown], None if last is None else str(last.delivery_id))


def send_again(conn: Connection, principal: Principal, delivery_id: int, now_ms: int) -> None:
    """What was given up is due at once, with all its attempts before it. NotFound, Conflict."""
    webhook_id = deliveries.webhook_of(conn, delivery_id)
    stored = None if webhook_id is None else webhooks.find(conn, webhook_id)
    if stored is None or not _may_keep(conn, principal, stored):
        raise NotFound("There is no such delivery.")
    if not deliveries.again(conn, delivery_id, now_ms):
        raise Conflict("Only a delivery that was given up can be sent again.")
    entry = Entry(
        actor_user_id=principal.user_id,
        action="delivery.retried",
        subject_type="delivery",
        subject_id=str(delivery_id),
        before={"state": State.DEAD},
        after={"state": State.WAITING},
        project_id=stored.project_id,
    )
    audit.record(conn, entry, now_ms)


def _check_right(conn: Connection, principal: Principal, project_id: int | None) -> None:
    if project_id is None:
        rights.administer(principal)
    else:
        rights.manage_project(conn, principal, project_id)


def _find(conn: Connection, principal: Principal, webhook_id: int) -> StoredWebhook:
    stored = webhooks.find(conn, webhook_id)
    if stored is None or not _may_keep(conn, principal, stored):
        raise NotFound("There is no such webhook.")
    return stored


def _may_keep(conn: Connection, principal: Principal, stored: StoredWebhook) -> bool:
    if principal.role is Role.ADMIN:
        return True
    if stored.project_id is None:
        return False
    is_member = catalog.is_member(conn, stored.project_id, principal.user_id)
    return permissions.manages(principal.role, is_member=is_member)


def _check_address(url: str, networks: tuple[Network, ...]) -> None:
    """What can be seen without asking a name server; the rest is seen at each call. Invalid."""
    words = _wrong_with(url, networks)
    if words is not None:
        raise Invalid("The webhook cannot be called.", errors=[FieldError("url", words)])


def _wrong_with(url: str, networks: tuple[Network, ...]) -> str | None:
    """None: nothing."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        (host or "").encode("idna")  # or no name server could be asked for it
    except ValueError:  # also UnicodeError
        return "This is not an address such as https://example.com/hook."
    if not PRINTABLE.fullmatch(url) or parts.scheme not in ("https", "http") or not host or port == 0:
        return "This is not an address such as https://example.com/hook."
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "An address has no user, password or fragment here: the signature says who calls."
    if parts.scheme == "http" and not networks:
        return "Use https: what is sent is not for everybody's eyes."
    return None if _may_be_called(host, networks) else "This server may not call that address."


def _may_be_called(host: str, networks: tuple[Network, ...]) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return True  # a name
    return may_call(host, networks)


def _record(conn: Connection, principal: Principal, action: str, stored: StoredWebhook, now_ms: int) -> None:
    # Some receivers' addresses are secrets as a whole: the trail has no more than their host.
    facts: dict[str, Any] = {"host": urlsplit(stored.url).hostname, "project_id": stored.project_id}
    is_new = action == "webhook.added"
    entry = Entry(
        actor_user_id=principal.user_id,
        action=action,
        subject_type="webhook",
        subject_id=str(stored.webhook_id),
        before=None if is_new else facts,
        after=facts if is_new else None,
        project_id=stored.project_id,
    )
    audit.record(conn, entry, now_ms)


def _webhook(stored: StoredWebhook) -> Webhook:
    return Webhook(
        stored.webhook_id, stored.project_id, stored.url, stored.created_by, stored.created_at // 1000
    )


def _delivery(course: Course) -> Delivery:
    return Delivery(
        id=course.delivery_id,
        key=course.key,
        kind=course.kind,
        state=DeliveryState(course.state),
        attempts=course.attempts,
        next_try_at=course.due_at // 1000 if course.state is State.WAITING else None,
        last_error=course.last_error,
        created_at=course.created_at // 1000,
        settled_at=None if course.settled_at is None else course.settled_at // 1000,
    )
