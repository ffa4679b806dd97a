"""As whom is somebody's time changed, when it is not them who asks?"""

from __future__ import annotations

from server.domain.messages import User
from server.domain.principal import Principal

NO_SIGN_IN = 0
SWITCHED_OFF = "This account was switched off. An administrator can switch it on."


def acting_for(user: User) -> Principal:
    return Principal(user.id, user.email, user.name, user.role, NO_SIGN_IN, "")
