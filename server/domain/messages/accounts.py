"""Who signs in, and who are they?"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from server.domain.messages.common import Line, RateType, Role, Uuid


class SignIn(Struct, forbid_unknown_fields=True):
    email: Annotated[str, Meta(min_length=3, max_length=320)]
    password: Annotated[str, Meta(min_length=1, max_length=1024)]
    device_name: Annotated[Line, Meta(max_length=200)]
    device_id: Uuid


class ServerInfo(Struct):
    """Who answers: lets a client tell Hourkeep from a portal or another product."""

    product: str
    server_id: str
    name: str
    version: str
    protocol: int


class Rate(Struct):
    rate_type: RateType
    rate_amount: Decimal
    currency: str


class Me(Struct):
    id: int
    email: str
    name: str
    role: Role
    rate: Rate | None
    server: ServerInfo


class SignedIn(Struct):
    token: str
    token_id: int
    user: Me


class BrowserSignIn(Struct, forbid_unknown_fields=True):
    email: Annotated[str, Meta(min_length=3, max_length=320)]
    password: Annotated[str, Meta(min_length=1, max_length=1024)]


class BrowserSession(Struct):
    """`csrf_token` goes into the header X-CSRF-Token of everything but GET. `expires_at`: at the latest."""

    csrf_token: str
    expires_at: int
    user: Me


class Device(Struct):
    """A device or browser on which somebody is signed in. `is_current`: the one that asks.

    `last_used_at` lags behind by some minutes. `expires_at` null: until it is revoked.
    """

    id: int
    user_id: int
    name: str
    is_browser: bool
    is_current: bool
    created_at: int
    last_used_at: int | None
    expires_at: int | None


class DevicePage(Struct):
    items: list[Device]
    next: str | None


class Ended(Struct):
    """How many sign-ins ended."""

    count: int
