"""membershipTerms/*: the terms, their next version, and acceptances. The names are ours."""

from __future__ import annotations

from typing import Any

from django.utils.dateparse import parse_date

from vardkase.api.answers import Answer, Json
from vardkase.api.approval_requests import as_json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.problems import ApiProblem
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.membership.agreements import queries as agreements
from vardkase.hub.membership.agreements.services.acceptance import accept as accept_terms
from vardkase.hub.membership.agreements.services.publishing import propose_publishing
from vardkase.hub.membership.terms import drafts, queries
from vardkase.hub.membership.terms.models import Terms
from vardkase.identity.access.permissions import Permission
from vardkase.misp.flags import as_int

MOST = 5000
"""Members in one answer."""


@endpoint("membershipTerms/view", describes=Description(url="/membershipTerms/view/[version]"))
def view(call: Call) -> Answer:
    """Return a version of the terms with its criteria; without a number, the current one."""
    number = as_int(call.arg(0))
    return Json(_terms(queries.terms_of(number) if number else queries.current_terms()))


@endpoint(
    "membershipTerms/unanswered",
    staff=drafts.OFFICERS,
    describes=Description(url="/membershipTerms/unanswered/[version]"),
)
def unanswered(call: Call) -> Answer:
    """List the members that have not accepted a version; without a number, the current one."""
    number = as_int(call.arg(0)) or queries.current_terms().version
    members = agreements.unanswered(queries.terms_of(number).version)[:MOST]
    return Json(
        [{"org_id": str(member.organisation_id), "name": member.organisation.name} for member in members]
    )


@endpoint("membershipTerms/draft", staff=drafts.OFFICERS, writes=True)
def draft(call: Call) -> Answer:
    """Create a draft of the next version as a copy of the current one."""
    return Json(_terms(drafts.start_draft(call.actor)))


@endpoint(
    "membershipTerms/edit",
    staff=drafts.OFFICERS,
    writes=True,
    describes=Description("", (), ("text_sv", "text_en", "criteria")),
)
def edit(call: Call) -> Answer:
    """Edit the text or the criteria of the draft."""
    names = ("text_sv", "text_en", "criteria")
    return Json(
        _terms(drafts.edit_draft(call.actor, {name: call.body[name] for name in names if name in call.body}))
    )


@endpoint("membershipTerms/discard", staff=drafts.OFFICERS, writes=True)
def discard(call: Call) -> Answer:
    """Discard the draft."""
    drafts.discard_draft(call.actor)
    return Json(_terms(queries.current_terms()))


@endpoint(
    "membershipTerms/publish",
    proposes=("publish_terms",),
    staff=drafts.OFFICERS,
    writes=True,
    describes=Description(
        text="`answer_by` is the last day (2027-01-31) on which members answer. A second person approves on the pages.",
        mandatory=["version", "answer_by", "reason"],
    ),
)
def publish(call: Call) -> Answer:
    """Propose that the draft come into force and that all members be asked to accept it."""
    value = call.param("answer_by")
    try:
        day = parse_date(value) if isinstance(value, str) else None
    except ValueError:
        # No day, which the service refuses by the name of the field.
        day = None
    version, reason = as_int(call.param("version")) or 0, call.param("reason")
    request = propose_publishing(call.actor, version, day, reason if isinstance(reason, str) else "")
    return Json(as_json(request))


@endpoint(
    "membershipTerms/accept",
    requires=(Permission.ADMIN,),
    writes=True,
    allowed_while_suspended=True,
    describes=Description(mandatory=["version", "name", "role"]),
)
def accept(call: Call) -> Answer:
    """Record that the signatory `name`, in the position `role`, accepts a version for the caller's
    organisation."""
    data = call.data("Acceptance")
    name, role = data.get("name"), data.get("role")
    if not isinstance(name, str) or not isinstance(role, str):
        raise Invalid({"name": [ApiProblem.NOT_TEXTS()]})
    acceptance = accept_terms(call.actor, as_int(data.get("version")) or 0, name, role)
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
