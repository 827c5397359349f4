"""correlation_exclusions/*: values that must not correlate."""

from __future__ import annotations

from collections import deque
from typing import Any

from vardkase.analysis.correlation import services
from vardkase.analysis.correlation.models import CorrelationExclusion
from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Text
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.core.errors import Invalid

INVALID = "Invalid CorrelationExclusion"
CLEANED = "Correlations cleanup initiated, based on the exclusion rules."


class ExclusionFields(Body, kw_only=True):
    model = "CorrelationExclusion"

    value: Text | None = None
    comment: Text | None = None


@endpoint("correlation_exclusions/index", site_admin=True)
def index(call: Call) -> Json:
    """List the correlation exclusions."""
    return Json([_document(exclusion) for exclusion in services.exclusions(call.actor)])


@endpoint("correlation_exclusions/view", site_admin=True)
def view(call: Call, exclusion_id: str) -> Json:
    """Return one exclusion."""
    return Json(_document(_find(exclusion_id)))


@endpoint("correlation_exclusions/add", site_admin=True, writes=True)
def add(call: Call, *, body: ExclusionFields) -> Json:
    """Add an exclusion; it takes effect immediately."""
    try:
        return Json(_document(services.add_exclusion(call.actor, body.value or "", body.comment or "")))
    except Invalid as error:
        raise SaveFailed("add correlation_exclusion", "/correlation_exclusions/add", error.errors) from error


@endpoint("correlation_exclusions/edit", site_admin=True, writes=True)
def edit(call: Call, exclusion_id: str, *, body: ExclusionFields) -> Json:
    """Edit the value or comment of an exclusion."""
    sent = {"value": body.value, "comment": body.comment}
    changes = {name: text for name, text in sent.items() if text is not None}
    try:
        return Json(_document(services.edit_exclusion(call.actor, _find(exclusion_id), **changes)))
    except Invalid as error:
        url = "/correlation_exclusions/edit"
        raise SaveFailed("edit correlation_exclusion", url, error.errors) from error


@endpoint("correlation_exclusions/delete", site_admin=True, writes=True)
def delete(call: Call, exclusion_id: str) -> Saved:
    """Delete an exclusion; its values correlate again."""
    exclusion = _find(exclusion_id)
    number = exclusion.pk
    services.delete_exclusion(call.actor, exclusion)
    url = f"/correlation_exclusions/delete/{number}"
    return saved("CorrelationExclusion deleted.", url, id=number)


@endpoint("correlation_exclusions/clean", site_admin=True, writes=True)
def clean(call: Call) -> Saved:
    """Reapply the exclusions to all stored data."""
    deque(services.clean_exclusions(call.actor), maxlen=0)
    return saved(CLEANED, "/correlation_exclusions/clean")


def _find(number: str) -> CorrelationExclusion:
    # More digits may exceed a bigint, which PostgreSQL would refuse with an error of its own.
    if number.isdecimal() and len(number) < 19:
        exclusion = CorrelationExclusion.objects.filter(pk=int(number)).first()
        if exclusion is not None:
            return exclusion
    raise MispError(404, INVALID)


def _document(exclusion: CorrelationExclusion) -> dict[str, Any]:
    return {
        "CorrelationExclusion": {
            "id": str(exclusion.pk),
            "value": exclusion.value,
            "from_json": exclusion.from_json,
            "comment": exclusion.comment or None,
        }
    }
