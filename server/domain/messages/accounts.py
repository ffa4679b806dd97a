"""Who signs in, and who are they?"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from server.domain.messages.common import RateType, Role, Uuid


class SignIn(Struct, forbid_unknown_fields=True):
    email: Annotated[str, Meta(min_length=3, max_length=320)]
    password: Annotated[str, Meta(min_length=1, max_length=1024)]
    device_name: Annotated[str, Meta(min_length=1, max_length=200)]
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
