"""What the proposing organisation and the owner of the event say to each other about a proposal.

It stays on this instance: MISP's proposals carry no conversation. Nobody else reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.core.mail.services import MESSAGES_PER_HOUR, can_send, count_messages
from vardkase.core.private_links import page_address
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.offence_data import proposal_comment_predicate
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.sharing import require_shareable
from vardkase.identity.access.visibility import NOBODY_SPECIAL, reader_parameters
from vardkase.identity.accounts.queries import reading_users
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.kernel.locking import lock_event
from vardkase.intel.models import Event
from vardkase.intel.problems import ProposalProblem
from vardkase.intel.proposals.hooks import (
    ProposalCommented,
    ProposalCommentWritten,
    proposal_comment_written,
    proposal_commented,
)
from vardkase.intel.proposals.models import Proposal, ProposalComment
from vardkase.intel.proposals.queries import SOURCE, find_proposal, readable
from vardkase.intel.queries.find import Reference
from vardkase.intel.rules import may_modify_event
from vardkase.misp.distribution import Distribution

LONGEST = 2000
MOST = 100
"""Comments on one proposal."""


@dataclass(frozen=True, slots=True)
class Comment:
    organisation: str
    text: str
    written_at: datetime


@transaction.atomic
def comment_on_proposal(actor: Actor, reference: Reference, text: str) -> ProposalComment:
    """Write to the other side about an open proposal, and notify it by mail.

    Raises NotFound, Forbidden for all but the proposing organisation and who may change the event, Invalid, Conflict,
    or TooManyMessages after twenty in an hour.
    """
    actor.require_writing(Permission.ADD)
    event = lock_event(actor, find_proposal(actor, reference).event_id)
    proposal = find_proposal(actor, reference)
    if actor.user_id is None or not (
        proposal.org_id == actor.organisation_id or may_modify_event(actor, event)
    ):
        raise Forbidden
    text = text.strip()
    if not text or len(text) > LONGEST or "\0" in text:
        raise Invalid({"text": [ProposalProblem.COMMENT_LENGTH(most=LONGEST)]})
    if proposal.comments.count() >= MOST:
        raise Conflict(ProposalProblem.COMMENTS_FULL(most=MOST))
    require_shareable(Distribution.COMMUNITY, [text])
    count_messages(actor.user_id, allowed=MESSAGES_PER_HOUR)
    comment = ProposalComment.objects.create(
        proposal=proposal,
        org_id=actor.organisation_id,
        user_id=actor.user_id,
        text=text,
        written_at=timezone.now(),
    )
    target = Target("shadow_attribute", proposal.pk, proposal.uuid, proposal.value)
    record(actor, IntelAction.PROPOSAL_COMMENTED, target)
    _notify(actor, event, proposal, comment)
    return comment


def comments_on(actor: Actor, proposal_ids: Sequence[int]) -> dict[int, list[Comment]]:
    """The comments on those of the proposals in whose conversation the actor is, oldest first."""
    sql = COMMENTS.format(source=SOURCE, readable=readable(actor), comment=proposal_comment_predicate(actor))
    parameters = {**reader_parameters(actor), "ids": list(proposal_ids), "all": actor.is_site_admin}
    found: dict[int, list[Comment]] = {}
    for proposal_id, *comment in cursor().execute(sql, parameters | {"own": actor.organisation_id}):
        found.setdefault(proposal_id, []).append(Comment(*comment))
    return found


def _notify(actor: Actor, event: Event, proposal: Proposal, comment: ProposalComment) -> None:
    """Those on the other side who want mail about their events, and whose proposal it is."""
    is_to_owner = actor.organisation_id == proposal.org_id
    other = event.org_id if is_to_owner else proposal.org_id
    person = None if is_to_owner else proposal.user_id or None
    proposal_comment_written.emit(ProposalCommentWritten(event.pk, comment.pk))
    if not _is_read_by(other, comment):
        return
    proposal_commented.emit(ProposalCommented(event.pk, actor.organisation_id, other, person))
    if not can_send():
        return
    people = reading_users().filter(org_id=other)
    people = people.filter(contactalert=True) | people.filter(pk=proposal.user_id)
    facts: Facts = {
        "number": event.pk,
        "organisation": actor.organisation_name,
        "link": page_address(f"/event/{event.pk}/proposals/"),
    }
    notify("proposal_commented", None, map(Recipient.of, people.exclude(pk=actor.user_id or 0)), facts)


def _is_read_by(organisation_id: int, comment: ProposalComment) -> bool:
    reader = replace(NOBODY_SPECIAL, organisation_id=organisation_id)
    sql = READ.format(comment=proposal_comment_predicate(reader))
    return bool(cursor().execute(sql, {**reader_parameters(reader), "comment": comment.pk}).fetchone())


READ = """
SELECT 1 FROM proposal_comment c JOIN proposal s ON s.id = c.proposal_id JOIN event e ON e.id = s.event_id
WHERE c.id = %(comment)s AND {comment}
"""
COMMENTS = """
SELECT c.proposal_id, o.name, c.text, c.written_at
{source} JOIN proposal_comment c ON c.proposal_id = s.id JOIN organisation o ON o.id = c.org_id
WHERE s.id = ANY(%(ids)s::bigint[]) AND {readable} AND {comment}
  AND (%(all)s OR s.org_id = %(own)s OR e.org_id = %(own)s)
ORDER BY c.proposal_id, c.id
"""
