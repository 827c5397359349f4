"""membershipTerms/*: the terms, their next version, and acceptances. The names are ours."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.approval_requests import as_json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Anything, Date, Mandatory, Number, Text
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.hub.membership.agreements import queries as agreements
from vardkase.hub.membership.agreements.services.acceptance import accept as accept_terms
from vardkase.hub.membership.agreements.services.publishing import propose_publishing
from vardkase.hub.membership.terms import drafts, queries
from vardkase.hub.membership.terms.models import Terms
from vardkase.identity.access.permissions import Permission
from vardkase.misp.flags import as_int

MOST = 5000
"""Members in one answer."""


class DraftChanges(Body, kw_only=True):
    text_sv: Anything = None
    text_en: Anything = None
    criteria: Anything = None


class Publication(Body, kw_only=True):
    version: Mandatory[Number] = 0
    answer_by: Date
    reason: Mandatory[Text] = ""


class NewAcceptance(Body, kw_only=True):
    model = "Acceptance"

    version: Mandatory[Number] = 0
    name: Text
    role: Text


@endpoint("membershipTerms/view")
def view(call: Call, version: str = "") -> Json:
    """Return a version of the terms with its criteria; without a number, the current one."""
    number = as_int(version)
    return Json(_terms(queries.terms_of(number) if number else queries.current_terms()))


@endpoint(
    "membershipTerms/unanswered",
    staff=drafts.OFFICERS,
)
def unanswered(call: Call, version: str = "") -> Json:
    """List the members that have not accepted a version; without a number, the current one."""
    number = as_int(version) or queries.current_terms().version
    members = agreements.unanswered(queries.terms_of(number).version)[:MOST]
    return Json(
        [{"org_id": str(member.organisation_id), "name": member.organisation.name} for member in members]
    )


@endpoint("membershipTerms/draft", staff=drafts.OFFICERS, writes=True)
def draft(call: Call) -> Json:
    """Create a draft of the next version as a copy of the current one."""
    return Json(_terms(drafts.start_draft(call.actor)))


@endpoint(
    "membershipTerms/edit",
    staff=drafts.OFFICERS,
    writes=True,
    describes=Description(),
)
def edit(call: Call, *, body: DraftChanges) -> Json:
    """Edit the text or the criteria of the draft."""
    changes = {name: body.sent[name] for name in DraftChanges.fields() if name in body.sent}
    return Json(_terms(drafts.edit_draft(call.actor, changes)))


@endpoint("membershipTerms/discard", staff=drafts.OFFICERS, writes=True)
def discard(call: Call) -> Json:
    """Discard the draft."""
    drafts.discard_draft(call.actor)
    return Json(_terms(queries.current_terms()))


@endpoint(
    "membershipTerms/publish",
    proposes=("publish_terms",),
    staff=drafts.OFFICERS,
    writes=True,
    describes=Description(
        text="`answer_by` is the last day (2027-01-31) on which members answer. A second person approves on the pages."
    ),
)
def publish(call: Call, *, body: Publication) -> Json:
    """Propose that the draft come into force and that all members be asked to accept it."""
    return Json(as_json(propose_publishing(call.actor, body.version, body.answer_by, body.reason)))


@endpoint(
    "membershipTerms/accept",
    requires=(Permission.ADMIN,),
    writes=True,
    allowed_while_suspended=True,
    describes=Description(),
)
def accept(call: Call, *, body: NewAcceptance) -> Json:
    """Record that the signatory `name`, in the position `role`, accepts a version for the caller's
    organisation."""
    acceptance = accept_terms(call.actor, body.version, body.name, body.role)
    return Json(
        {
            "Acceptance": {
                "version": acceptance.version,
                "name": acceptance.name,
                "role": acceptance.role,
                "at": acceptance.at.isoformat(),
            }
        }
    )


def _terms(terms: Terms) -> dict[str, Any]:
    return {
        "Terms": {
            "version": terms.version,
            "state": terms.state,
            "text_sv": terms.text_sv,
            "text_en": terms.text_en,
            "criteria": terms.criteria,
            "answer_by": terms.answer_by and terms.answer_by.isoformat(),
            "published": terms.published and terms.published.isoformat(),
        }
    }
