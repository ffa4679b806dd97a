"""How does an effect for the network become a call, and its failure an event?

Imported and used in the sync thread only. The table of failures is that of sync.md 2.11: nothing that happens here removes a token,
changes an address or gives up an action.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Final, assert_never

from app.api import problems
from app.api.address import normalise_url
from app.api.client import Client
from app.api.problems import ApiProblem
from app.clock import Reading
from app.core.ids import new_device_id
from app.core.notices import SignInResult
from app.core.screen import Account, Hindrance
from app.desktop.secrets import Kept, Secrets
from app.errors import FileTrouble
from app.store.identity import Mark
from app.sync import wire
from app.sync.events import (
    Answered,
    Event,
    Failure,
    FetchIssues,
    FetchProjects,
    FindToken,
    ForNetwork,
    IssuesFetched,
    Outgoing,
    Probe,
    Probed,
    ProjectsFetched,
    Send,
    TokenFound,
    TooLarge,
    Unanswered,
    Unauthorised,
)
from app.sync.sign_in import SignInAsked, SignInEnded

MARK_EVERY_S: Final = 60
SEQ: Final = re.compile(r"[0-9]{1,15}")

ClientFor = Callable[[str], Client]
"""A client for the server at this address."""

ReadClocks = Callable[[], Reading]
"""All clocks now; called in the sync thread."""

HINDRANCES: Final[dict[type[ApiProblem], Hindrance]] = {
    problems.Unreachable: Hindrance.UNREACHABLE,
    problems.TlsFailed: Hindrance.TLS,
    problems.Portal: Hindrance.PORTAL,
    problems.NotHourkeep: Hindrance.PORTAL,
    problems.UpgradeNeeded: Hindrance.UPGRADE,
    problems.Forbidden: Hindrance.REFUSED,
}
"""Everything else is the server's own trouble."""


class WrongServer(Exception):
    """Another Hourkeep server answers at the account's address."""


class Calls:
    """The network of `app.sync.loop`, on a real client."""

    def __init__(
        self, client_for: ClientFor, secrets: Secrets, version: str, read_clocks: ReadClocks
    ) -> None:
        self._client_for = client_for
        self._read_clocks = read_clocks
        self._secrets = secrets
        self._version = version
        self._account: Account | None = None
        self._client: Client | None = None
        self._token = ""
        self._kept_mark: Mark | None = None
        self._marked_at = -MARK_EVERY_S

    # ---- the engine's effects -------------------------------------------------------------------------------

    def do(self, effect: ForNetwork) -> Event:
        if isinstance(effect, FindToken):
            return self._find_token(effect.account)
        try:
            return self._call(effect)
        except ApiProblem as problem:
            return _event_of(problem)
        except WrongServer:
            return Unanswered(Failure(Hindrance.WRONG_SERVER))
        except wire.Unreadable:
            return Unanswered(Failure(Hindrance.UPGRADE))

    def _find_token(self, account: Account) -> Event:
        if account != self._account or self._client is None:
            self._account, self._client = account, self._replace_client(account.server_url)
        self._token = self._secrets.load(_name(account)) or ""
        return TokenFound(bool(self._token), self._mark(account) if self._token else None)

    def _mark(self, account: Account) -> Mark | None:
        device_id, _, seq = (self._secrets.recall(_name(account)) or "").partition(" ")
        return Mark(device_id, int(seq)) if SEQ.fullmatch(seq) else None

    def _keep_mark(self, outgoing: Outgoing, at: int) -> None:
        """What was confirmed, into the keyring: once a minute at most. `at`: monotonic seconds."""
        mark = Mark(outgoing.batch.device_id, outgoing.batch.base.seq)
        if self._account is None or mark == self._kept_mark or 0 <= at - self._marked_at < MARK_EVERY_S:
            return
        self._kept_mark, self._marked_at = mark, at
        self._secrets.note(_name(self._account), f"{mark.device_id} {mark.last_seq}")

    def _replace_client(self, url: str) -> Client:
        if self._client is not None:
            self._client.close()
        return self._client_for(url)

    def _call(self, effect: Send | Probe | FetchProjects | FetchIssues) -> Event:
        client = self._client
        if client is None:
            raise AssertionError("no account is open")
        match effect:
            case Send(outgoing):
                nonce = os.urandom(12).hex()
                now = self._read_clocks()  # not when the work was taken: it may have waited in a queue since
                reply = client.sync(self._token, wire.request(outgoing, now, nonce, self._version))
                self._check_server(reply.server_id)
                self._keep_mark(outgoing, now.mono_s)
                return Answered(wire.answer(reply))
            case Probe():
                self._check_server(client.server_info().server_id)
                return Probed()
            case FetchProjects(cursor):
                projects = client.projects(self._token, cursor)
                return ProjectsFetched(tuple(projects.items), projects.next)
            case FetchIssues(since, cursor):
                issues = client.issues(self._token, since, cursor)
                return IssuesFetched(tuple(issues.items), issues.next)
            case _:
                assert_never(effect)

    def _check_server(self, server_id: str) -> None:
        if self._account is not None and server_id != self._account.server_id:
            raise WrongServer

    # ---- signing in and out -----------------------------------------------------------------------------------

    def sign_in(self, asked: SignInAsked) -> SignInEnded:
        """The address is looked at before the password leaves this machine."""
        try:
            url = normalise_url(asked.server_url)
            client = self._client_for(url)
            try:
                client.server_info()
                signed_in = client.sign_in(
                    asked.email.strip(), asked.password, wire.device_name(), new_device_id()
                )
            finally:
                client.close()
        except ApiProblem as problem:
            return SignInEnded(asked.number, SignInResult(code=problem.code, error=str(problem)))
        me = signed_in.user
        account = Account(url, me.server.server_id, me.id, me.email, me.name)
        try:
            kept = self._secrets.store(_name(account), signed_in.token)
        except FileTrouble as trouble:
            return SignInEnded(asked.number, SignInResult(code=trouble.code, error=str(trouble)))
        return SignInEnded(
            asked.number,
            SignInResult(account, note=f"Signed in to {me.server.name}."),
            None if kept is Kept.KEYRING else str(self._secrets.file),
        )

    def sign_out(self, account: Account) -> None:
        """The token is forgotten here in any case; a server that cannot be reached keeps it until an administrator ends it."""
        token = self._secrets.load(_name(account))
        with suppress(FileTrouble):  # a full disk: the server forgets the token all the same
            self._secrets.forget(_name(account))
        if token is None:
            return
        client = self._client_for(account.server_url)
        try:
            client.sign_out(token)
        except ApiProblem:
            return
        finally:
            client.close()


def _event_of(problem: ApiProblem) -> Event:
    match problem:
        case problems.Unauthorised():
            return Unauthorised()
        case problems.TooLarge():
            return TooLarge()
        case problems.Busy():
            return Unanswered(Failure(Hindrance.SERVER, float(problem.retry_after_s or 0)))
        case _:
            return Unanswered(Failure(HINDRANCES.get(type(problem), Hindrance.SERVER), text=str(problem)))


def _name(account: Account) -> str:
    """Of the token in the keyring."""
    return f"{account.server_id}/{account.user_id}"
