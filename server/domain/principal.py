"""Who asks?"""

from __future__ import annotations

from dataclasses import dataclass, field

from server.domain.messages import Role


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in user on one of their devices. `token_id` 0: nobody signed in; the server acts for this user."""

    user_id: int
    email: str
    name: str
    role: Role
    token_id: int
    device_id: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who asks, and the revision of what they would see of their timer: most only ask whether it is still that one.

    `used_ms`: when this sign-in was last known to be used, epoch milliseconds; None: never.
    """

    principal: Principal
    revision: str
    used_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password is checked against. `password_hash` None: this user signs in another way."""

    user_id: int
    password_hash: str | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class ServerIdentity:
    """Which server answers. `epoch`: when it was read; it changes when the server's history was set back.

    `secret`: of the database, signs where no other key was set. `chosen`: by whoever runs the server.
    """

    server_id: str
    epoch: str
    name: str
    secret: str = field(repr=False)
    chosen: str | None = field(default=None, repr=False)

    def key(self, chosen: str | None) -> bytes:
        """With which this server signs. `chosen`: by whoever runs it; None: the database's own."""
        return (chosen or self.secret).encode()

    @property
    def signing_key(self) -> bytes:
        """With which it signs what it has confirmed."""
        return self.key(self.chosen)


@dataclass(frozen=True, slots=True)
class Restored:
    """When the server's history was set back, and until when nobody outside is told anything. Epoch milliseconds."""

    at_ms: int
    waits_until_ms: int
