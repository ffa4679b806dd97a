"""Which events may this person hear?

Their own time and rates; the budgets and alerts of the projects whose member they are; an administrator those of all
projects. An event has no amount and no text in it: whoever hears it asks, and is answered by their rights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from server.db.repositories import hearing
from server.db.session import Connection
from server.domain.events import AlertRaised, BudgetMoved, Event, RatesChanged, TimeChanged
from server.domain.messages import Role
from server.domain.principal import Principal


@dataclass(frozen=True, slots=True)
class Hearing:
    """`projects` None: all."""

    user_id: int
    projects: frozenset[int] | None

    def may_hear(self, event: Event) -> bool:
        match event:
            case TimeChanged(user_id):
                return user_id == self.user_id
            case RatesChanged(user_id):
                return user_id is None or user_id == self.user_id
            case BudgetMoved(project_id) | AlertRaised(_, project_id):
                return self.projects is None or project_id in self.projects
            case _:
                assert_never(event)


def hearing_of(conn: Connection, principal: Principal) -> Hearing:
    """As it is now."""
    everywhere = principal.role is Role.ADMIN
    return Hearing(principal.user_id, None if everywhere else hearing.projects_of(conn, principal.user_id))
