"""Who is there to be harmed, and what?"""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.messages import Role
from tests.server.company import Company, Person


@dataclass(frozen=True, slots=True)
class Scene:
    """A company in which everybody has worked, and everything is there once at least."""

    company: Company
    member: Person
    manager: Person
    administrator: Person


def scene(company: Company) -> Scene:
    manager = company.hire("mia", ["BP"], Role.MANAGER)
    administrator = company.hire("ada", [], Role.ADMIN)
    for project in ("BP", "WEB"):
        company.set_budget(project, 1000)
    for person in (company.anna, company.ben, manager):
        for number in range(1, 4):
            person.start(f"BP-{number}")
            company.clock.advance(minutes=20)
            person.stop(f"Piece {number}")
    company.ben.start("WEB-1")
    return Scene(company, company.anna, manager, administrator)
