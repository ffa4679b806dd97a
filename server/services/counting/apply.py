"""What does one action change, whoever sends it?

Every write of somebody's time comes through here: the journal's and the single requests'. The facts are written at
once; what is derived from them follows in `server.services.counting.projection`, in the same transaction.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from server.db.repositories import actions
from server.db.repositories.actions import Letter, StoredAction
from server.domain.holds import Hold, Rejection, words
from server.domain.messages import (
    AddBody,
    EditBody,
    OutcomeKind,
    PauseBody,
    ResolveBody,
    ResumeBody,
    StartBody,
    StopBody,
    VoidBody,
)
from server.services.counting.bodies import Nonsense, Said, envelope
from server.services.counting.correcting import correct
from server.services.counting.ending import end_claim
from server.services.counting.facts import Facts
from server.services.counting.opening import open_claim
from server.services.counting.outcome import Outcome, rejected
from server.services.counting.resolving import resolve, settle_waiting


def apply(facts: Facts, said: Said) -> Outcome:
    """Applied, held, rejected or a duplicate, and recorded as such. The action may come any number of times."""
    known = facts.actions.get(said.action_id)
    if known is not None:
        return _again(facts, said, known)
    outcome = _said_why(facts, _change(facts, said))
    _record(facts, said, outcome)
    settle_waiting(facts, said.action_id)
    return outcome


def _said_why(facts: Facts, outcome: Outcome) -> Outcome:
    if outcome.kind is not OutcomeKind.HELD or outcome.code is None:
        return outcome
    return replace(outcome, detail=words(Hold(outcome.code), facts.organisation.limits))


def _change(facts: Facts, said: Said) -> Outcome:
    match said.body:
        case StartBody() | ResumeBody():
            return open_claim(facts, said.action_id, said.body)
        case PauseBody() | StopBody():
            return end_claim(facts, said.action_id, said.body)
        case AddBody() | EditBody() | VoidBody():
            return correct(facts, said.action_id, said.body)
        case ResolveBody():
            return resolve(facts, said.action_id, said.body)
        case Nonsense(code, detail):
            return rejected(code, detail)
        case _:
            assert_never(said.body)


def _again(facts: Facts, said: Said, known: StoredAction) -> Outcome:
    if known.user_id != facts.principal.user_id:
        return _dead(facts, said, rejected(Rejection.WRONG_USER, "This action belongs to another user."))
    if known.body_hash != said.digest.hex():
        return _dead(facts, said, rejected(Rejection.ID_REUSE, "Another action has this id."))
    return Outcome(OutcomeKind.DUPLICATE, known.code, known.detail, known.time_log_id, of=known.outcome)


def _record(facts: Facts, said: Said, outcome: Outcome) -> None:
    if outcome.kind is OutcomeKind.REJECTED:
        _dead(facts, said, outcome)
    stored = StoredAction(
        said.action_id,
        facts.principal.user_id,
        said.digest.hex(),
        outcome.kind,
        outcome.code,
        outcome.detail,
        outcome.time_log_id,
    )
    actions.add(facts.conn, facts.sender, stored, said.kind, said.v, said.payload)
    facts.actions[said.action_id] = stored


def _dead(facts: Facts, said: Said, outcome: Outcome) -> Outcome:
    raw = envelope(said.action_id, said.v, said.kind, said.raw)
    letter = Letter(said.action_id, outcome.code or "", outcome.detail or "", raw)
    return replace(outcome, dead_letter_id=actions.add_letter(facts.conn, facts.sender, letter))
