"""What can the app ask of its server?

One call, one request, one answer: nothing is tried twice and nothing is kept between calls but the connection. Used in
the sync thread only.
"""

from __future__ import annotations

import gzip
from typing import Final, TypeVar

import msgspec
from requests.adapters import BaseAdapter

from app.api.models import (
    IssuePage,
    ProjectPage,
    ServerInfo,
    SignedIn,
    SignIn,
    SyncReply,
    SyncRequest,
)
from app.api.problems import Forbidden, Garbage, NotHourkeep, Portal, Refused, Unauthorised
from app.api.replies import WORDS_LIMIT, Judge, Now
from app.api.transport import Call, Reply, Transport

API: Final = "/api/v1"
PRODUCT: Final = "hourkeep"
GZIP_ABOVE: Final = 4096
REDIRECTS: Final = range(300, 400)
PENDING: Final = "X-Hourkeep-Pending"  # a busy server takes new actions before polls, and tells them by it
JSON: Final = {"Content-Type": "application/json"}

Model = TypeVar("Model")


class Client:
    """`base_url` as `normalise_url` answers it. `now`: epoch seconds, to read a date in Retry-After.

    Every call raises an ApiProblem when it fails; no token and no password is in its words.
    """

    def __init__(self, base_url: str, *, version: str, now: Now, adapter: BaseAdapter | None = None) -> None:
        self._transport = Transport(base_url, f"Hourkeep/{version}", adapter)
        self._judge = Judge(base_url, now)
        self._address = base_url

    def server_info(self) -> ServerInfo:
        """Who answers at this address. NotHourkeep when it is somebody else."""
        reply = self._transport.send(Call("GET", "/healthz"))
        try:
            info = self._judge.read(reply, ServerInfo)
        except (Portal, Garbage, Unauthorised, Forbidden, Refused) as problem:
            raise NotHourkeep(self._who_else(reply)) from problem
        if info.product.lower() != PRODUCT or not info.server_id:
            raise NotHourkeep(self._who_else(reply))
        return info

    def sign_in(self, email: str, password: str, device_name: str, device_id: str) -> SignedIn:
        """Unauthorised when e-mail or password are wrong. An older token of this device ends."""
        body = self._encode(SignIn(email, password, device_name, device_id))
        return self._ask(Call("POST", f"{API}/auth/token", headers=JSON, body=body), SignedIn)

    def sign_out(self, token: str) -> None:
        """End this token; one that has ended already is as good."""
        try:
            self._judge.require_success(self._send(Call("DELETE", f"{API}/auth/token", token)))
        except Unauthorised:
            return

    def sync(self, token: str, request: SyncRequest) -> SyncReply:
        """Portal unless the reply repeats the request's nonce and names its server."""
        headers, body = {**JSON, PENDING: str(len(request.actions))}, msgspec.json.encode(request)
        if len(body) > GZIP_ABOVE:
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, mtime=0)  # without a time, the same actions are the same bytes
        call = Call("POST", f"{API}/time-tracking/sync", token, headers=headers, body=body)
        return self._judge.read(self._send(call), SyncReply, nonce=request.nonce)

    def projects(self, token: str, cursor: str | None = None) -> ProjectPage:
        """The person's projects; `cursor` is the `next` of the page before, None for the first page."""
        return self._ask(Call("GET", f"{API}/projects", token, query=_query(cursor=cursor)), ProjectPage)

    def issues(self, token: str, updated_since: int | None = None, cursor: str | None = None) -> IssuePage:
        """Issues of the person's projects that changed at `updated_since` (epoch seconds) or later, deleted ones too.

        None: all that are there. `cursor` as for `projects`.
        """
        query = _query(updated_since=None if updated_since is None else str(updated_since), cursor=cursor)
        return self._ask(Call("GET", f"{API}/issues", token, query=query), IssuePage)

    def close(self) -> None:
        self._transport.close()

    def _ask(self, call: Call, model: type[Model]) -> Model:
        return self._judge.read(self._send(call), model)

    def _send(self, call: Call) -> Reply:
        if call.token is not None and not _can_be_sent(call.token):
            raise Unauthorised(f"The sign-in at {self._address} that is kept here is damaged. Sign in again.")
        return self._transport.send(call)

    def _encode(self, request: SignIn) -> bytes:
        try:
            return msgspec.json.encode(request)
        except UnicodeEncodeError:  # its own words would show where in the password
            raise Unauthorised("E-mail or password contain characters that cannot be sent.") from None

    def _who_else(self, reply: Reply) -> str:
        target = reply.headers.get("Location", "")
        if reply.status in REDIRECTS and target.isprintable() and target.startswith(("https://", "http://")):
            return f"{self._address} sends everybody on to {target[:WORDS_LIMIT]}. Type that address if it is your server's."
        return f"What answers at {self._address} is no Hourkeep server. Check the address."


def _query(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}


def _can_be_sent(token: str) -> bool:
    """Else the HTTP library would refuse it, and repeat it in its words."""
    return token != "" and token.isascii() and token.isprintable() and " " not in token
