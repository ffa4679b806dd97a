"""Who tries what belongs to whom, when rights are tested?

Everything that is tried belongs to the project BP, and of its people to Kim. Whoever may not know of it must not find
Kim's name, e-mail or words, nor BP's issues, in any answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from server.db.session import Connection, insert_row
from server.db.tables import metadata
from server.domain.messages import RateLevel, Role
from tests.server.api.front import Caller, Front
from tests.server.company import Company, Person
from tests.server.databases import OnSqlite

STRANGER, MEMBER, OTHER, OWN, ADMIN = CAST = ("stranger", "member", "other", "own", "admin")
SECRETS: Final = {
    STRANGER: ("Kim", "kim@demo.test", "kims words", "About BP-"),
    OTHER: ("Kim", "kim@demo.test", "kims words", "About BP-"),
    MEMBER: ("kim@demo.test", "kims words"),
}
NOBODY: Final = 999_999
NO_ACTION: Final = "99999999-9999-4999-8999-999999999999"


@dataclass(frozen=True, slots=True)
class World:
    front: Front
    callers: dict[str, Caller]
    ids: dict[str, Any]

    @classmethod
    def made(cls, template: Path, folder: Path) -> World:
        company = Company(OnSqlite(template).empty(folder))
        kim = company.hire("kim", ["BP"])
        company.set_budget("BP", 40)
        company.agree(RateLevel.MEMBER, "77", date(2027, 1, 1), person=kim, project="BP")
        company.set_exchange("EUR", "USD", "1.1", date(2027, 1, 1))
        kim.start("BP-2")
        company.clock.advance(hours=1)
        kim.stop("kims words")
        people = {
            STRANGER: company.hire(STRANGER, []),
            MEMBER: company.anna,
            OTHER: company.hire("mona", ["WEB"], Role.MANAGER),
            OWN: company.hire("max", ["BP"], Role.MANAGER),
            ADMIN: company.hire("root", [], Role.ADMIN),
        }
        front = Front(company)
        callers = {name: front.caller(person) for name, person in people.items()}
        return cls(front, callers, _ids(front, kim))

    def tables(self) -> dict[str, list[Any]]:
        """All that is kept, but when somebody was last seen."""

        def work(conn: Connection) -> dict[str, list[Any]]:
            return {
                name: [tuple(row) for row in conn.execute(select(table))]
                for name, table in metadata.tables.items()
                if name not in ("device_tokens", "leases")
            }

        return self.front.company.database.read(work)

    def ask(self, who: str | None, method: str, path: str, **options: Any) -> Any:
        """None: somebody who is not signed in."""
        headers = {} if who is None else {"Authorization": f"Bearer {self.callers[who].token}"}
        return self.front.ask(method, path, headers=headers, **options)

    def ids_for(self, who: str | None) -> dict[str, Any]:
        """With the device from which this person sends."""
        return self.ids if who is None else self.ids | {"device_id": self.callers[who].principal.device_id}


def _ids(front: Front, kim: Person) -> dict[str, Any]:
    company = front.company
    user_id = kim.principal.user_id
    front.caller(kim)
    log_id = kim.log("BP-2").id
    action_id = _item(company, kim)
    webhook_id = company.database.run(lambda conn: _hook(conn, company, user_id))
    period_id = company.database.run(lambda conn: _period(conn, company, user_id))
    request_id = company.database.run(lambda conn: _request(conn, company, user_id, log_id))
    [(token_id,)] = company.rows("SELECT id FROM device_tokens WHERE user_id = ?", user_id)
    [(alert_id, *_), *_] = company.rows("SELECT id FROM budget_alerts ORDER BY id")
    [(rate_id,)] = company.rows("SELECT id FROM project_member_rates")
    [(exchange_id,)] = company.rows("SELECT id FROM exchange_rates")
    [(delivery_id,)] = company.rows("SELECT id FROM deliveries")
    return {
        "project_id": company.projects["BP"],
        "issue_id": company.issues["BP-2"],
        "user_id": user_id,
        "token_id": token_id,
        "log_id": log_id,
        "action_id": action_id,
        "period_id": period_id,
        "request_id": request_id,
        "alert_id": alert_id,
        "level": "member",
        "rate_id": rate_id,
        "exchange_id": exchange_id,
        "webhook_id": webhook_id,
        "delivery_id": delivery_id,
    }


def _item(company: Company, kim: Person) -> str:
    """Kim worked offline on an issue that was deleted; another action with the same id was refused."""
    device = kim.device()
    device.start("BP-9", "8:10")
    device.stop("8:20")
    company.delete_issue("BP-9")
    device.sync()
    action_id = device.actions[0].action_id
    company.write(
        "INSERT INTO dead_letters (user_id, action_id, code, detail, raw, received_at) VALUES (?, ?, ?, ?, ?, ?)",
        kim.principal.user_id,
        action_id,
        "ID_REUSE",
        "Another action has this id.",
        "kims words",
        company.clock.now_ms(),
    )
    return action_id


def _hook(conn: Connection, company: Company, user_id: int) -> int:
    """A webhook of BP, and a delivery to it that was given up."""
    tables = metadata.tables
    now_ms = company.clock.now_ms()
    webhook_id = insert_row(
        conn,
        tables["webhooks"].insert(),
        {
            "project_id": company.projects["BP"],
            "url": "https://example.com/kims words",
            "salt": "",
            "secret_check": "",
            "created_by": user_id,
            "created_at": now_ms,
        },
    )
    told = conn.execute(select(tables["notifications"].c.id)).scalars().first()
    conn.execute(
        tables["deliveries"].insert(),
        {
            "notification_id": told,
            "channel": "webhook",
            "recipient_id": webhook_id,
            "state": "dead",
            "attempts": 12,
            "due_at": now_ms,
            "created_at": now_ms,
        },
    )
    return webhook_id


def _period(conn: Connection, company: Company, user_id: int) -> int:
    """Closed days of BP."""
    first, last = date(2026, 1, 1), date(2026, 1, 31)
    return insert_row(
        conn,
        metadata.tables["closed_periods"].insert(),
        {
            "project_id": company.projects["BP"],
            "from_date": first,
            "until_date": last,
            "from_ms": 0,
            "until_ms": 1,
            "closed_at": company.clock.now_ms(),
            "closed_by": user_id,
        },
    )


def _request(conn: Connection, company: Company, user_id: int, log_id: int) -> int:
    """Kim asks for a change."""
    return insert_row(
        conn,
        metadata.tables["period_requests"].insert(),
        {
            "user_id": user_id,
            "project_id": company.projects["BP"],
            "issue_time_log_id": log_id,
            "what_json": json.dumps({"time_log_id": log_id, "edit": {"is_billable": False}}),
            "reason": "kims words",
            "status": "pending",
            "created_at": company.clock.now_ms(),
        },
    )
