"""Asks the other ends of connections to keep what was spilled from readers, and to delete it.

A hub of this kind puts its own copy in quarantine at once, and its officers decide. A MISP can only delete, which
cannot be undone: it is asked to once two people have decided so here. Where neither succeeds, the organisation gets a
mail.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from vardkase.core.json_limits import decoded
from vardkase.core.sql import cursor
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import Reply
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.peer import Peer
from vardkase.hub.spills import mails
from vardkase.hub.spills.models import HolderAnswer, HolderKind, Spill, SpillHolder, SpillState
from vardkase.hub.spills.queries import unsettled
from vardkase.identity.access.actor import Actor

REASON = "Spill {number} of the hub that sent the event."
GONE, ALREADY = 404, 409


def ask_connections(actor: Actor, spill: Spill) -> int:
    """Ask every connection that has not settled it; returns how many have by now."""
    settled = 0
    for holder in unsettled(spill).filter(kind=HolderKind.CONNECTION).order_by("pk"):
        if server := Server.objects.filter(pk=holder.receiver_id).first():
            answer, note = _asked(Peer(server), spill, may_delete=_was_sent_to(server, spill))
        else:
            answer, note = HolderAnswer.UNREACHABLE, ""
        _keep(actor, spill, holder, answer, note)
        settled += holder.is_settled
    return settled


def _was_sent_to(server: Server, spill: Spill) -> bool:
    """Whether the peer has it from here: what came from there, or was there before, is not ours to delete."""
    row = cursor().execute(SENT, {"uuid": spill.event_uuid, "server": server.pk}).fetchone()
    return bool(row and row[0])


def _asked(peer: Peer, spill: Spill, *, may_delete: bool) -> tuple[HolderAnswer, str]:
    """What the peer answers, and in which words. The words are ours: a peer's text might repeat the content."""
    uuid = str(spill.event_uuid)
    try:
        status = peer.ask("GET", f"spills/status/{uuid}")
        if state := _state_in(status):
            if state in (SpillState.DELETED, SpillState.CLOSED):
                return HolderAnswer.DELETED, f"spill {state}"
            return HolderAnswer.ASKED, f"spill {state}"
        body = {"kind": spill.kind, "reason": REASON.format(number=spill.number)}
        declared = peer.ask("POST", f"spills/declare/{uuid}", body)
        if declared.status == ALREADY or _state_in(declared):
            return HolderAnswer.ASKED, "spill open"
        if spill.state == SpillState.OPEN or not may_delete:
            return HolderAnswer.NOT_ASKED, ""
        return _deleted(peer, uuid)
    except OutgoingFailed:
        return HolderAnswer.UNREACHABLE, ""


def _deleted(peer: Peer, uuid: str) -> tuple[HolderAnswer, str]:
    there = peer.ask("GET", f"events/view/{uuid}/metadata:1")
    if there.status == GONE:
        return HolderAnswer.NOTHING, "events/view 404"
    done = peer.ask("POST", f"events/delete/{uuid}", {})
    if not 200 <= done.status < 300:
        return HolderAnswer.REFUSED, f"events/delete {done.status}"
    # A promise is no proof: what was deleted is not found any more.
    again = peer.ask("GET", f"events/view/{uuid}/metadata:1")
    if again.status == GONE:
        return HolderAnswer.DELETED, "events/delete 200, events/view 404"
    return HolderAnswer.REFUSED, f"events/view {again.status}"


def _state_in(reply: Reply) -> str:
    """The state of the peer's own spill; empty if it has none, or knows no spills."""
    if not 200 <= reply.status < 300:
        return ""
    try:
        answer: Any = decoded(reply.content)
    except ValueError:
        return ""
    spill = answer.get("Spill") if isinstance(answer, dict) else None
    state = spill.get("state") if isinstance(spill, dict) else None
    return str(state) if state in SpillState.values else ""


def _keep(actor: Actor, spill: Spill, holder: SpillHolder, answer: HolderAnswer, note: str) -> None:
    is_new = holder.asked_at is None
    holder.answer, holder.note = answer, note
    holder.answered_at = timezone.now() if answer in (HolderAnswer.DELETED, HolderAnswer.NOTHING) else None
    holder.is_settled = holder.answered_at is not None
    # By mail as well, once: people there may act sooner, and a MISP cannot be asked to keep it from readers.
    if is_new and not holder.is_settled:
        mails.ask_peer(actor, spill, holder)
        if holder.answer == HolderAnswer.NOT_ASKED:
            holder.answer = HolderAnswer.ASKED
    if is_new:
        holder.asked_at = timezone.now()
    elif holder.answer == HolderAnswer.NOT_ASKED:
        holder.answer = HolderAnswer.ASKED
    holder.save()


SENT = """
SELECT EXISTS (SELECT 1 FROM delivery WHERE kind = 'connection' AND receiver_id = %(server)s
        AND event_uuid = %(uuid)s AND state = 'sent')
    OR EXISTS (SELECT 1 FROM sync_event m JOIN sync_run r ON r.id = m.run_id
        WHERE m.uuid = %(uuid)s AND r.server_id = %(server)s AND m.outcome = 'sent')
"""
