"""Who works in the company that the farm serves?"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from server.domain.passwords import hash_password
from server.services.staff import accounts
from tests.server.company import Company, Person

PASSWORD: Final = "correct horse"


@dataclass(frozen=True, slots=True)
class Pass:
    """What somebody shows at the door."""

    person: Person
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}


def hired(company: Company, name: str) -> Pass:
    """A member of BP."""
    return pass_of(company, company.hire(name, ["BP"]))


def pass_of(company: Company, person: Person) -> Pass:
    principal = person.principal
    now_ms = time.time_ns() // 1_000_000
    token, _ = company.database.run(
        lambda conn: accounts.issue_token(conn, principal.user_id, "growing", principal.device_id, now_ms)
    )
    return Pass(person, token)


def give_password(company: Company, person: Person) -> None:
    company.write(
        "UPDATE users SET password_hash = ? WHERE id = ?", hash_password(PASSWORD), person.principal.user_id
    )
