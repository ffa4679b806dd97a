"""What do webhooks look like on the wire?"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from server.domain.messages.common import RowId

Address = Annotated[str, Meta(min_length=1, max_length=2000)]


class NewWebhook(Struct, forbid_unknown_fields=True):
    """`project_id` null: of all projects, which only an administrator may ask for."""

    url: Address
    project_id: RowId | None = None


class Webhook(Struct):
    id: int
    project_id: int | None
    url: str
    created_by: int
    created_at: int


class MadeWebhook(Struct):
    """`secret` is shown only now: with it the receiver checks the signatures (Standard Webhooks 1.0)."""

    webhook: Webhook
    secret: str


class WebhookPage(Struct):
    items: list[Webhook]
    next: str | None


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    CANCELLED = "cancelled"


class Delivery(Struct):
    """`key`: the webhook-id that the receiver sees. `next_try_at` null: it is settled."""

    id: int
    key: str
    kind: str
    state: DeliveryState
    attempts: int
    next_try_at: int | None
    last_error: str | None
    created_at: int
    settled_at: int | None


class DeliveryPage(Struct):
    items: list[Delivery]
    next: str | None
