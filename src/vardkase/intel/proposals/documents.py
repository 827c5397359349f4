"""Parses proposals from client requests and from other instances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.core.misp_problems import problems_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.attribution import misattributed
from vardkase.identity.organisations.services import capture_organisations
from vardkase.intel.columns import NewAttribute
from vardkase.intel.kernel.attachments import take_data
from vardkase.intel.kernel.attribute_assembler import numbered_parts
from vardkase.intel.models import Attribute
from vardkase.intel.proposals.models import Proposal
from vardkase.knowledge.import_expressions.applying import ImportFilter, import_filter
from vardkase.misp.attribute import parse_attribute
from vardkase.misp.distribution import Distribution
from vardkase.misp.fields import UUID as UUID_FORM
from vardkase.misp.flags import as_bool

CHANGEABLE = (
    "type",
    "category",
    "value",
    "to_ids",
    "comment",
    "first_seen",
    "last_seen",
    "data",
    "encrypt",
)
"""The members of an attribute that a proposal may change; its distribution is for the owner to decide."""

type AttributeProposals = Sequence[tuple[str, Any]]
"""Attribute uuids, each with the ``ShadowAttribute`` list in that attribute's document."""

type Identity = tuple[str, str, str, str, bool, str]
"""Uuid, value, type, category, detection and comment: what makes two proposals of one event the same."""


def texts_of(proposal: Proposal) -> tuple[str | None, ...]:
    return proposal.value1, proposal.value2, proposal.comment


def identity_of(proposal: Proposal) -> Identity:
    return (
        str(proposal.uuid),
        proposal.value,
        proposal.type,
        proposal.category,
        proposal.to_ids,
        proposal.comment,
    )


def proposal_of(source: NewAttribute | Attribute) -> Proposal:
    return Proposal(
        uuid=UUID(str(source.uuid)) if source.uuid else uuid4(),
        type=source.type,
        category=source.category,
        value1=source.value1,
        value2=source.value2,
        to_ids=source.to_ids,
        comment=source.comment,
        first_seen=source.first_seen,
        last_seen=source.last_seen,
        disable_correlation=source.disable_correlation,
    )


def read_proposal(data: Mapping[str, Any], rewrite: ImportFilter) -> Proposal:
    document, data_sha256 = take_data(dict(data))
    parsed = parse_attribute(
        document,
        NewAttribute,
        now=now_seconds(),
        default_distribution=Distribution.INHERIT,
        rewrite=rewrite,
    )
    if isinstance(parsed, dict):
        raise Invalid(problems_of(parsed))
    proposal = proposal_of(parsed)
    proposal.data_sha256 = data_sha256
    proposal.timestamp = parsed.timestamp or now_seconds()
    return proposal


def read_proposals(actor: Actor, parts: Iterable[Any]) -> list[Proposal]:
    """The proposals in a foreign list, with their organisations; malformed ones are skipped.

    Only sync users represent other organisations, and not members that act for themselves.
    """
    documents = [_bare(part) for part in parts if isinstance(part, dict)]
    speaks_for_others = actor.may(Permission.SYNC)
    if speaks_for_others:
        # One look-up for the whole list, which may hold thousands.
        foreign = misattributed(actor, uuids=filter(None, map(_organisation_uuid, documents)))
        documents = [document for document in documents if _organisation_uuid(document) not in foreign]
    known = capture_organisations(map(_organisation, documents)) if speaks_for_others else {}
    return list(_received(actor, documents, known))


def proposals_in_attributes(attributes: AttributeProposals) -> Iterator[Any]:
    for attribute_uuid, parts in attributes:
        for _, part in numbered_parts(parts, "ShadowAttribute"):
            if isinstance(part, dict):
                # The uuid of a proposal is that of its attribute, whatever the document says.
                yield {**_bare(part), "uuid": attribute_uuid}


def _received(
    actor: Actor, documents: Sequence[Mapping[str, Any]], known: Mapping[str, int]
) -> Iterator[Proposal]:
    rewrite = import_filter()
    for document in documents:
        try:
            proposal = read_proposal(document, rewrite)
        except Invalid:
            continue
        proposal.org_id = known.get(_organisation_uuid(document), actor.organisation_id)
        proposal.to_delete = as_bool(document.get("proposal_to_delete"))
        proposal.deleted = as_bool(document.get("deleted"))
        yield proposal


def _bare(part: Mapping[str, Any]) -> Mapping[str, Any]:
    # MISP wraps a proposal in its name in some answers, and not in others.
    inner = part.get("ShadowAttribute")
    return inner if isinstance(inner, dict) else part


def _organisation(document: Mapping[str, Any]) -> Mapping[str, Any]:
    block = document.get("Org")
    return block if isinstance(block, dict) else {"uuid": document.get("org_uuid")}


def _organisation_uuid(document: Mapping[str, Any]) -> str:
    uuid = str(_organisation(document).get("uuid")).lower()
    return uuid if UUID_FORM.fullmatch(uuid) else ""
