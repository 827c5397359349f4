"""Queries for requests to publish that an organisation's own events wait for."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db.models import QuerySet, TextField
from django.db.models.expressions import RawSQL

from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import Actor
from vardkase.intel.publication_requests.models import PublicationRequest
from vardkase.intel.publication_requests.problems import PublicationRequestProblem

RECEIVERS = """
ARRAY(SELECT receiver.name FROM organisation receiver
      WHERE receiver.id = ANY (publication_request.organisation_ids) ORDER BY receiver.name)
"""


def publication_requests(actor: Actor) -> QuerySet[PublicationRequest]:
    """Those about events of the actor's organisation, newest first, with the names of the `receivers` asked for."""
    found = PublicationRequest.objects.select_related("event", "requester").order_by("-pk")
    names = RawSQL(RECEIVERS, (), output_field=ArrayField(TextField()))  # noqa: S611 - a constant
    found = found.annotate(receivers=names)
    # As everything of its own organisation, unless the organisation may not read at all.
    own = found.filter(event__orgc_id=actor.organisation_id, event__org_id=actor.organisation_id)
    return own if actor.may_read else found.none()


def request_about(actor: Actor, event_id: int) -> PublicationRequest | None:
    return publication_requests(actor).filter(event_id=event_id).first()


def find_request(actor: Actor, event_id: int) -> PublicationRequest:
    found = request_about(actor, event_id)
    if found is None:
        raise NotFound(PublicationRequestProblem.NOT_FOUND())
    return found
