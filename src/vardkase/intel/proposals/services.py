"""Services for proposals: propose, accept, discard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.sharing import require_shareable
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.editing.bulk_edit import doubled_value
from vardkase.intel.editing.deletion import soft_delete_attributes
from vardkase.intel.errors import NotOwned
from vardkase.intel.hooks import AttributesChanged, AttributesRemoved, EventOwnerChanged
from vardkase.intel.kernel.attribute_assembler import Assembler, known_values, taken_uuids
from vardkase.intel.kernel.attribute_changes import (
    AttributeChanges,
    collect_change,
    merge_attribute,
    write_changes,
)
from vardkase.intel.kernel.audiences import attribute_audiences
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.bulk_insert import write_attributes
from vardkase.intel.kernel.locking import lock_event, lock_own_event, lock_own_part, touch
from vardkase.intel.kernel.results import Rejections
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.kernel.tag_loader import TagLoader
from vardkase.intel.models import Attribute, Event
from vardkase.intel.problems import AttributeProblem, IntelProblem, ProposalProblem
from vardkase.intel.proposals.decisions import COMPARED, contents_before, decide, forget_former_owner
from vardkase.intel.proposals.documents import CHANGEABLE, proposal_of, read_proposal, texts_of
from vardkase.intel.proposals.hooks import (
    ProposalsDecided,
    ProposalsMade,
    ProposalsStored,
    ProposalsWritten,
    proposals_decided,
    proposals_made,
    proposals_stored,
    proposals_written,
)
from vardkase.intel.proposals.models import Proposal, ProposalOutcome
from vardkase.intel.proposals.queries import ProposalFilters, find_proposal, proposal_ids
from vardkase.intel.queries.find import Reference, find_attribute
from vardkase.intel.rules import may_modify_event
from vardkase.intel.settings import SANITISE_DELETED
from vardkase.knowledge.import_expressions.applying import import_filter
from vardkase.misp.distribution import Distribution
from vardkase.misp.time import render_seen


@transaction.atomic
def propose_attribute(actor: Actor, event_id: int, data: Mapping[str, Any]) -> Proposal:
    require_proposing(actor)
    event = lock_event(actor, event_id)
    return _store_proposal(actor, event, read_proposal(data, import_filter()))


@transaction.atomic
def propose_change(actor: Actor, reference: Reference, data: Mapping[str, Any]) -> Proposal:
    """Propose a change of an attribute; fields missing in `data` stay.

    Raises NotFound, Forbidden, Invalid if `data` changes nothing or is malformed.
    """
    require_proposing(actor)
    changes = {name: data[name] for name in CHANGEABLE if data.get(name) is not None}
    if not changes:
        raise Invalid(ProposalProblem.NO_CHANGE())
    attribute, event = _lock_attribute(actor, reference)
    # Only in memory: the attribute itself is not saved.
    merge_attribute(attribute, changes, SharingGroups(actor), now_seconds(), import_filter())
    proposal = proposal_of(attribute)
    proposal.data_sha256 = attribute.data_sha256
    return _store_proposal(actor, event, proposal, attribute)


@transaction.atomic
def propose_deletion(actor: Actor, reference: Reference) -> Proposal:
    require_proposing(actor)
    attribute, event = _lock_attribute(actor, reference)
    proposal = proposal_of(attribute)
    proposal.to_delete, proposal.comment = True, ""
    return _store_proposal(actor, event, proposal, attribute)


@transaction.atomic
def accept_proposal(actor: Actor, reference: Reference) -> Proposal:
    actor.require(Permission.ADD)
    proposal, event = lock_own_part(actor, lambda: find_proposal(actor, reference))
    _accept(actor, event, [proposal])
    return proposal


@transaction.atomic
def accept_in_part(actor: Actor, reference: Reference, names: Collection[str]) -> Proposal:
    """Accept some fields of a proposed change (`CHANGEABLE`); the others stay as they are stored.

    Raises NotFound, also if it proposes no change of fields, NotYours, Invalid.
    """
    actor.require(Permission.ADD)
    proposal, event = lock_own_part(actor, lambda: find_proposal(actor, reference))
    if proposal.attribute_id is None or proposal.to_delete:
        raise NotFound(ProposalProblem.NOT_FOUND())
    if not names:
        raise Invalid({"fields": [ProposalProblem.NO_FIELDS()]})
    _accept(actor, event, [proposal], frozenset(names))
    return proposal


@transaction.atomic
def accept_proposals(actor: Actor, event_id: int, ids: Sequence[int] | None) -> int:
    """Accept the open proposals `ids` of one event, or all with None; all or nothing.

    Returns how many. Raises NotFound, NotYours, Invalid.
    """
    actor.require(Permission.ADD)
    event = lock_own_event(actor, event_id)
    proposals = _open(actor, event, ids)
    _accept(actor, event, proposals)
    return len(proposals)


@transaction.atomic
def discard_proposal(actor: Actor, reference: Reference) -> None:
    require_proposing(actor)
    event = lock_event(actor, find_proposal(actor, reference).event_id)
    _discard(actor, event, [find_proposal(actor, reference)])


@transaction.atomic
def discard_proposals(actor: Actor, event_id: int, ids: Sequence[int] | None) -> int:
    require_proposing(actor)
    event = lock_event(actor, event_id)
    proposals = _open(actor, event, ids)
    _discard(actor, event, proposals)
    return len(proposals)


def announce(actor: Actor, event: Event, count: int = 1) -> None:
    proposals_made.emit(ProposalsMade(event.pk, actor.organisation_id, count))
    # MISP's lock: the owner gets one mail, and no other until it has decided on a proposal.
    if not event.proposal_email_lock:
        Event.objects.filter(pk=event.pk).update(proposal_email_lock=True)
        proposals_stored.emit(ProposalsStored(event.pk, actor.organisation_id))


def forget_of_deleted(changed: AttributesChanged) -> None:
    chosen = None if changed.attribute_ids is None else list(changed.attribute_ids)
    parameters = {"event": changed.event_id, "ids": chosen, "wiped": SANITISE_DELETED.value}
    cursor().execute(FORGET_OF_DELETED, parameters)


def forget_of_removed(removed: AttributesRemoved) -> None:
    if removed.attribute_ids is None:
        cursor().execute("DELETE FROM proposal WHERE event_id = %s", (removed.event_id,))
    else:
        cursor().execute("DELETE FROM proposal WHERE attribute_id = ANY(%s)", (list(removed.attribute_ids),))


def forget_of_former_owner(taken: EventOwnerChanged) -> None:
    """Delete the former owner's proposals for its own event: decided or not, they would reveal who it was."""
    cursor().execute(
        "DELETE FROM proposal WHERE event_id = %s AND org_id = %s", (taken.event_id, taken.former_org_id)
    )
    # So would what it has written about those of others.
    cursor().execute(FORGET_COMMENTS, (taken.event_id, taken.former_org_id))
    forget_former_owner(taken)


def require_proposing(actor: Actor) -> None:
    actor.require_writing(Permission.ADD)


def _lock_attribute(actor: Actor, reference: Reference) -> tuple[Attribute, Event]:
    event = lock_event(actor, find_attribute(actor, reference).event_id)
    return Attribute.objects.get(pk=find_attribute(actor, reference).id), event


def _store_proposal(
    actor: Actor, event: Event, proposal: Proposal, about: Attribute | None = None
) -> Proposal:
    proposal.event, proposal.attribute = event, about
    proposal.org_id, proposal.user_id = actor.organisation_id, actor.user_id or 0
    proposal.timestamp = now_seconds()
    if event.org_id != actor.organisation_id:  # What the owner proposes to itself goes out with the event.
        require_shareable(Distribution.COMMUNITY, texts_of(proposal))
    proposal.save(force_insert=True)
    proposals_written.emit(ProposalsWritten(event.pk, (proposal.pk,)))
    announce(actor, event)
    target = _audit_target(event, [proposal])
    record(actor, IntelAction.PROPOSAL_ADDED, target, {"to_delete": proposal.to_delete})
    return proposal


def _open(actor: Actor, event: Event, ids: Sequence[int] | None) -> list[Proposal]:
    readable = set(proposal_ids(actor, ProposalFilters(event_id=event.pk, deleted=False)))
    if ids is not None and not readable.issuperset(ids):
        raise NotFound(ProposalProblem.NOT_FOUND())
    chosen = readable if ids is None else readable.intersection(ids)
    return list(Proposal.objects.filter(pk__in=chosen).order_by("pk"))


def _accept(
    actor: Actor, event: Event, proposals: Sequence[Proposal], names: frozenset[str] | None = None
) -> None:
    """`names`: only these fields of what is stored change."""
    before = contents_before(proposals)
    additions = [proposal for proposal in proposals if proposal.attribute_id is None]
    taken_back = _taken_back(event, additions)
    added = _add(actor, event, [each for each in additions if each.uuid not in taken_back])
    attributes = Attribute.objects.in_bulk({each.attribute_id for each in proposals if each.attribute_id})
    audiences = attribute_audiences([*added, *attributes, *(each.pk for each in taken_back.values())])
    changes, sharing, now = AttributeChanges(), SharingGroups(actor), now_seconds()
    to_delete: list[int] = []
    for proposal in proposals:
        attribute = attributes.get(proposal.attribute_id or 0)
        if attribute is None and (attribute := taken_back.get(proposal.uuid)) is not None:
            attribute.deleted = False
        if attribute is None:
            continue
        if proposal.to_delete:
            to_delete.append(attribute.pk)
            continue
        document = _attribute_document(proposal)
        if names is None or "value" in names:
            attribute.data_sha256 = proposal.data_sha256 or attribute.data_sha256
        if names is not None:
            document = {name: value for name, value in document.items() if name in names}
        collect_change(changes, attribute, document, sharing, now)
    write_changes(event.pk, changes, TagLoader(actor, ()))
    if doubled_value(event.pk, [attribute.pk for attribute in changes.changed]) is not None:
        raise Invalid({"value": [AttributeProblem.DUPLICATE()]})
    if not proposals:
        return
    # Before the deletion, which removes the open proposals for an attribute.
    mark_accepted(actor, event, proposals, _outcome_of(proposals, before, names), before, names or ())
    if to_delete:
        soft_delete_attributes(event.pk, to_delete)
    touch(event, audiences)


def mark_accepted(
    actor: Actor,
    event: Event,
    proposals: Sequence[Proposal],
    outcome: ProposalOutcome,
    before: Mapping[int, Mapping[str, Any]],
    fields: Collection[str] = (),
) -> None:
    """Decide proposals of a locked event that have been carried out; `before` is of `contents_before`."""
    decide(actor, proposals, outcome, before, fields)
    _answer(event, proposals, accepted=True)
    target = _audit_target(event, proposals)
    record(actor, IntelAction.PROPOSAL_ACCEPTED, target, {"count": len(proposals)})


def _outcome_of(
    proposals: Sequence[Proposal], before: Mapping[int, Mapping[str, Any]], names: frozenset[str] | None
) -> ProposalOutcome:
    """All of it is accepted too if `names` are all the fields in which it differs from what is stored."""
    if names is None:
        return ProposalOutcome.ACCEPTED
    (proposal,) = proposals
    stored = before.get(proposal.attribute_id or 0, {})
    differing = {name for name in COMPARED if stored.get(name) != getattr(proposal, name)}
    return ProposalOutcome.ACCEPTED if differing <= names else ProposalOutcome.PARTLY_ACCEPTED


def _taken_back(event: Event, additions: Sequence[Proposal]) -> dict[UUID, Attribute]:
    """What had been added for a proposal that was accepted before, until that was undone."""
    found = Attribute.objects.filter(
        event=event, object=None, deleted=True, uuid__in=[each.uuid for each in additions]
    )
    return {attribute.uuid: attribute for attribute in found}


def _add(actor: Actor, event: Event, proposals: Sequence[Proposal]) -> list[int]:
    if not proposals:
        return []
    known = known_values(event.pk, [proposal.value1 for proposal in proposals])
    assembler = Assembler(actor, now=now_seconds(), rejections=Rejections(), known_values=known)
    rows = []
    for proposal in proposals:
        document = _attribute_document(proposal)
        document |= {"uuid": str(proposal.uuid), "timestamp": proposal.timestamp}
        row = assembler.attribute_or_refuse(document)
        row.data_sha256 = proposal.data_sha256
        rows.append(row)
    if taken_uuids("attribute", [row.uuid for row in rows]):
        raise Invalid({"uuid": [IntelProblem.UUID_TAKEN()]})
    links = TagLoader(actor, []).links
    write_attributes(event.pk, rows, event_correlates=not event.disable_correlation, link_tags=links)
    return [row.id for row in rows]


def _attribute_document(proposal: Proposal) -> dict[str, Any]:
    return {
        "type": proposal.type,
        "category": proposal.category,
        "value": proposal.value,
        "to_ids": proposal.to_ids,
        "comment": proposal.comment,
        "disable_correlation": proposal.disable_correlation,
        "first_seen": None if proposal.first_seen is None else render_seen(proposal.first_seen),
        "last_seen": None if proposal.last_seen is None else render_seen(proposal.last_seen),
    }


def _discard(actor: Actor, event: Event, proposals: Sequence[Proposal]) -> None:
    own = all(proposal.org_id == actor.organisation_id for proposal in proposals)
    is_owner = may_modify_event(actor, event)
    if not own and not is_owner:
        raise NotOwned
    outcome = ProposalOutcome.DISCARDED if is_owner else ProposalOutcome.WITHDRAWN
    decide(actor, proposals, outcome, contents_before(proposals))
    if is_owner:
        _answer(event, proposals, accepted=False)
    if proposals:
        target = _audit_target(event, proposals)
        record(actor, IntelAction.PROPOSAL_DISCARDED, target, {"count": len(proposals)})


def _answer(event: Event, proposals: Sequence[Proposal], *, accepted: bool) -> None:
    # Only the owner's decision: one who proposes and withdraws by turns could send the owner a mail each time.
    Event.objects.filter(pk=event.pk).update(proposal_email_lock=False)
    others = [each for each in proposals if each.user_id and each.org_id != event.org_id]
    if proposers := Counter((each.org_id, each.user_id) for each in others):
        proposals_decided.emit(ProposalsDecided(event.pk, accepted, proposers))


def _audit_target(event: Event, proposals: Sequence[Proposal]) -> Target:
    if len(proposals) != 1:
        return event_target(event)
    (proposal,) = proposals
    return Target("shadow_attribute", proposal.pk, UUID(str(proposal.uuid)), proposal.value)


FORGET_COMMENTS = """
DELETE FROM proposal_comment c USING proposal p WHERE p.id = c.proposal_id AND p.event_id = %s AND c.org_id = %s
"""

FORGET_OF_DELETED = """
DELETE FROM proposal p USING attribute a
WHERE p.event_id = %(event)s AND a.id = p.attribute_id AND a.deleted AND (NOT p.deleted OR %(wiped)s)
  AND (%(ids)s::bigint[] IS NULL OR p.attribute_id = ANY(%(ids)s::bigint[]))
"""
