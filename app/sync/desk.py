"""What happens to one account's files, by a gesture and by what the server says?

The only writer of the outbox and the cache, in the thread that owns them. The view is the server's snapshot with the
device's own unconfirmed actions folded in; it is kept on the disk with every change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from app.clock import Clock, ServerAnchor
from app.core import gestures
from app.core.actions import Draft, Kind
from app.core.attention import Need, needs
from app.core.fold import fold
from app.core.gestures import Gesture
from app.core.ids import id_source, new_device_id
from app.core.instants import instant
from app.core.logbook import OwnLog, logbook
from app.core.notices import Notice, NoticeKind
from app.core.questions import Option, Question, explain, left_open, take_over, unexplained
from app.core.screen import Budget, Today
from app.core.snapshot import Held, Kept, Snapshot, worked
from app.core.timer import Rate, Timer
from app.errors import FileTrouble
from app.store.cache import Cache
from app.store.catalog import ProjectLike
from app.store.identity import Mark, must_rekey
from app.store.outbox import Outbox
from app.store.own_logs import LogPlace
from app.store.records import ChainHead, LifeSign, Outcome, Settled
from app.sync import telling
from app.sync.asking import Asking
from app.sync.kept import LastState
from app.sync.own_logs import OwnLogs
from app.sync.pressed import PressedStop
from app.sync.telling import Shown

if TYPE_CHECKING:
    from app.sync.events import Answer

NEW_ELSEWHERE_S: Final = 60
"""What another device began so long ago at most ends the timer here at that second (sync.md 2.10)."""

PRUNE_EVERY_S: Final = 86_400
FEW: Final = 200
"""With more actions still waiting, the server's state is old by more than the next answer: it is left to that one.

So it is while the server has not heard again, from a device with a new name, what it may know already: nobody could tell which of
the actions that still wait are in its state.
"""

ANCHOR: Final = "anchor"

Tell = Callable[[Notice], None]


class Desk:
    """Errors of what writes: DiskFull and OutboxUnwritable, and then nothing has changed."""

    def __init__(self, outbox: Outbox, cache: Cache, clock: Clock, tell: Tell) -> None:
        self.outbox = outbox
        self.cache = cache
        self._clock = clock
        self.tell = tell
        self.new_id = id_source(clock)
        self.timer = outbox.timer()
        self._anchor = _anchor(outbox.recall(ANCHOR))
        clock.follow(self._anchor)
        self._own_logs = OwnLogs(cache)
        self._last = LastState(cache)
        up_to = self._last.up_to
        # Of a stretch that ran at the snapshot only what is still running can be told; the next sync brings the rest.
        after = () if up_to is None else outbox.after(outbox.seq_of(up_to))
        self._closed_seconds = worked(None, after, self._anchor)
        self._own_claim = None if self.timer is None else outbox.last_claim(self.timer.timer_id)
        self._asking = Asking(outbox)
        self._pressed = PressedStop(outbox)
        self._pruned_at: int | None = None
        self._is_renaming = False
        self._look()

    def close(self) -> None:
        gap = self._asking.gap(self.timer)
        if gap is not None:
            with suppress(FileTrouble):  # then it is asked the next time
                self._explained(left_open(gap, self._clock.reading(), self.new_id))
        self.outbox.close()
        self.cache.close()

    # ---- what the person does -------------------------------------------------------------------------------

    def record(self, gesture: Gesture) -> None:
        """On the disk when it returns."""
        running_from = self._kept.uncounted_from(self.timer)
        self.outbox.record(gesture.drafts, gesture.timer)
        self.timer = gesture.timer
        for draft in gesture.drafts:
            if draft.kind in {Kind.START, Kind.RESUME}:
                self._own_claim = draft.body["claim_id"]
        self._closed_seconds += worked(running_from, gesture.drafts, self._anchor)
        if gesture.timer is not None:
            self.cache.note_recent(gesture.timer.issue.id, self._clock.now())

    def note_stopping(self, at: int) -> None:
        """Stop was pressed at second `at`, and its description is being asked."""
        if self.timer is not None:
            self._pressed.note(self.timer, at, self._clock.reading())

    def forget_stopping(self) -> None:
        self._pressed.forget()

    def stopping_at(self) -> int | None:
        """When stop was pressed for the timer at hand and never finished; None when it was not."""
        return self._pressed.at(self.timer, self._anchor)

    def beat(self) -> None:
        """Notes that the app is alive while the timer runs; where there is no room, the last sign stands."""
        self._look()
        self._asking.beat()

    # ---- what only the person knows -------------------------------------------------------------------------

    def question(self) -> Question | None:
        return self._asking.question(self.timer, self._clock.reading())

    def answer(self, option: Option, at: int | None = None) -> None:
        """Of the question at hand. `at`: the second at which the stretch ends that nobody saw go on, when it is another."""
        reading = self._clock.reading()
        taken, gap = self._asking.taken_over(self.timer), self._asking.gap(self.timer)
        if taken is not None:
            drafts = take_over(taken, option, reading, self.new_id)
            if drafts:
                kept = taken.ours if option is Option.KEEP_OURS else self.timer
                self.record(Gesture(drafts, kept))
            self._asking.told_which()
        elif gap is not None:
            since = gap.since if at is None else instant(reading, at)
            self._explained(explain(replace(gap, since=since), option, reading, self.new_id))

    def leave_gap(self) -> None:
        """Before a gesture that ends what runs: what was not explained is held by the server, to be explained there."""
        gap = self._asking.gap(self.timer)
        if gap is not None:
            self._explained(unexplained(gap, self._clock.reading(), self.new_id))

    def _explained(self, drafts: tuple[Draft, ...]) -> None:
        if drafts:
            view = fold(self.timer, drafts, self.cache.issue, self.rate, self._anchor)
            self.record(Gesture(drafts, view))
        self._asking.told_gap()

    def _look(self) -> None:
        """Not while stop was pressed: what came afterwards belongs to nobody."""
        if self.stopping_at() is None:
            timer = self.timer
            is_own = timer is not None and self._is_own(timer)
            self._asking.look(timer if is_own else None, self._clock.reading())

    # ---- what is shown --------------------------------------------------------------------------------------

    @property
    def _kept(self) -> Kept:
        return self._last.state

    @property
    def rate(self) -> Rate | None:
        """What a timer that starts now would cost, as far as is known."""
        return self._kept.rate

    @property
    def attention(self) -> tuple[Held, ...]:
        return self._kept.attention

    def needs(self) -> tuple[Need, ...]:
        """What waits for somebody's decision, with what was decided here meanwhile."""
        items = self.attention
        return needs(items, self.outbox.after(self.outbox.acked_seq)) if items else ()

    def logs(self, since: int, until: int) -> tuple[OwnLog, ...]:
        """The logs that begin from second `since` to before `until`, with what waits for the server; deleted ones too."""
        pending = self.outbox.after(self.outbox.seq_of(self._own_logs.place.up_to))
        book = logbook(self.cache.logs(), pending, self.cache.issue, self._anchor)
        return tuple(log for log in book if since <= log.start < until)

    def today(self) -> Today:
        kept = self._kept
        return Today(kept.today_seconds + self._closed_seconds, kept.as_of, kept.uncounted_from(self.timer))

    def budget(self) -> Budget | None:
        """Of the timer's project."""
        if self.timer is None or self.timer.issue.project_id is None:
            return None
        return self._kept.budgets.get(self.timer.issue.project_id)

    # ---- what is sent, and what the server says -------------------------------------------------------------

    @property
    def log_place(self) -> LogPlace:
        """From where the server goes on with the person's logs."""
        return self._own_logs.place

    def life_sign(self) -> LifeSign | None:
        """Of the stretch that was begun here and runs; None when there is none."""
        self._look()
        timer = self.timer
        if timer is None or timer.claim_id is None or not self._is_own(timer):
            return None
        return LifeSign(timer.claim_id, self._clock.now())

    def settle(self, answer: Answer) -> None:
        """The server has all up to the answer's head, and this is its state then."""
        head, fresh = answer.head, answer.snapshot
        new = [each for each in answer.results if each.seq > self.outbox.acked_seq and self._is_news(each)]
        if head.seq > self.outbox.head().seq:
            # The server knows actions of this device that are not here: the file came back from a backup.
            self.become_new_device()
            return
        self.outbox.settle(head.seq, answer.results, answer.sig)
        self._is_renaming = False
        is_said = self._say(new)
        is_current = head.seq >= self.outbox.said_before and self.outbox.pending_count() <= FEW
        if fresh is not None and is_current:
            before = self._shown()
            self._take_over(fresh, head.seq, answer.anchor)
            for notice in () if is_said else telling.changes(before, self._shown()):
                self.tell(notice)
        if fresh is not None and answer.logs is not None:
            known = self.outbox.up_to(max(head.seq, self.outbox.said_before))
            self._own_logs.take(answer.logs, answer.epoch, known, fresh.as_of)
        self._prune()

    def go_back(self, head: ChainHead) -> None:
        """The server has less than it had confirmed: its history ends at `head`."""
        if head.seq <= self.outbox.acked_seq and self.outbox.chain_at(head.seq) == head.chain:
            self.outbox.rewind(head.seq)
        else:
            self.become_new_device()

    def compare(self, mark: Mark) -> None:
        """A file that is older than what the keyring saw becomes a new device, before it numbers anything twice."""
        if must_rekey(self.outbox.identity(), mark) is not None:
            self.become_new_device()

    def become_new_device(self) -> None:
        """Everything is sent again under a new name; told once until the server has taken to it."""
        salvaged_before = self.outbox.salvaged
        self.outbox.rekey(new_device_id())
        is_told, self._is_renaming = self._is_renaming, True
        if self.outbox.salvaged is not salvaged_before:
            self.tell(telling.salvaged(self.outbox))
        elif not is_told and self.outbox.pending_count():
            self.tell(Notice(NoticeKind.SENT_AGAIN))

    def keep_projects(self, projects: Sequence[ProjectLike], epoch: str) -> int:
        """These are all projects now, on a server of this epoch. Epoch second from which on changed issues are wanted."""
        has_new = self.cache.set_projects(projects)
        is_same_server = self.outbox.recall("epoch") == epoch
        if not is_same_server:
            self.outbox.remember("epoch", epoch)
        newest = self.cache.newest_change()
        return newest if is_same_server and not has_new and newest is not None else 0

    def _is_own(self, timer: Timer) -> bool:
        """Whether the stretch that runs was begun on this device, also under a name that it had before."""
        return timer.claim_id is not None and timer.claim_id == self._own_claim

    def _is_news(self, result: Settled) -> bool:
        """What the server knew from an earlier name of this device was told then."""
        return result.outcome != Outcome.DUPLICATE or result.seq > self.outbox.said_before

    def _say(self, results: Iterable[Settled]) -> bool:
        """Only what was news: a repeat was told the first time. Whether there was any."""
        news = {each.action_id for each in results if each.action_id and each.final != Outcome.APPLIED}
        notices = list(telling.outcomes(news, self.outbox.attention(), self.cache)) if news else []
        for notice in notices:
            self.tell(notice)
        return bool(notices)

    def _shown(self) -> Shown:
        now, from_ = self._clock.now(), self._kept.uncounted_from(self.timer)
        running = 0 if from_ is None else max(0, now - from_)
        return Shown(self._kept, self.timer, self._kept.today_seconds + self._closed_seconds + running, now)

    def _take_over(self, fresh: Snapshot, seq: int, anchor: ServerAnchor | None) -> None:
        """The server's state, with what was recorded since; its time and its timer in one step, so that nothing shown jumps."""
        self._follow(anchor)
        before = self.timer
        pending = self.outbox.after(seq)
        view = fold(fresh.timer, pending, self.cache.issue, fresh.rate, anchor)
        drafts = self._superseded(before, view)
        if drafts or view != before:
            self.outbox.record(drafts, view)
        self.timer = view
        self._last.take(fresh, self.outbox.up_to(seq), self._clock.now())
        self._closed_seconds = worked(
            self._kept.uncounted_from(fresh.timer), (*pending, *drafts), self._anchor
        )

    def _follow(self, anchor: ServerAnchor | None) -> None:
        """Go by the server's time; after a restart too."""
        if anchor != self._anchor:
            self._anchor = anchor
            noted = "" if anchor is None else f"{anchor.mono0_s} {anchor.session}"
            self.outbox.remember(ANCHOR, noted)
        self._clock.follow(anchor)

    def _superseded(self, before: Timer | None, view: Timer | None) -> Sequence[Draft]:
        """The end of what ran here, when another device has just begun something else."""
        if before is None or before.running_since is None or not self._is_own(before):
            return ()
        if view is None or view.running_since is None or view.claim_id == before.claim_id:
            return ()
        if view.running_since < before.running_since:
            return ()
        self.tell(Notice(NoticeKind.STARTED_ELSEWHERE, {"issue_key": view.issue.key}))
        if self._clock.now() - view.running_since >= NEW_ELSEWHERE_S:
            self._asking.ask_which(before, view)
            return ()
        return (gestures.supersede(before, view.running_since, self._clock.reading(), self.new_id),)

    def _prune(self) -> None:
        now = self._clock.now()
        if self._pruned_at is None or now - self._pruned_at > PRUNE_EVERY_S:
            self._pruned_at = now
            self.outbox.prune(now)


def _anchor(noted: str | None) -> ServerAnchor | None:
    mono0_s, _, session = (noted or "").partition(" ")
    return ServerAnchor(session, int(mono0_s)) if session else None
