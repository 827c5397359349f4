"""correlation_exclusions/*: values that must not correlate."""

from __future__ import annotations

from typing import Any

from vardkase.analysis.correlation import services
from vardkase.analysis.correlation.models import CorrelationExclusion
from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.request import Call
from vardkase.core.errors import Invalid

INVALID = "Invalid CorrelationExclusion"
CLEANED = "Correlations cleanup initiated, based on the exclusion rules."


@endpoint("correlation_exclusions/index", site_admin=True)
def index(_call: Call) -> Answer:
    """List the correlation exclusions."""
    return Json([_document(exclusion) for exclusion in CorrelationExclusion.objects.order_by("pk")])


@endpoint("correlation_exclusions/view", site_admin=True)
def view(call: Call) -> Answer:
    """Return one exclusion."""
    return Json(_document(_find(call)))


@endpoint("correlation_exclusions/add", site_admin=True, writes=True)
def add(call: Call) -> Answer:
    """Add an exclusion; it takes effect immediately."""
    data = call.data("CorrelationExclusion")
    try:
        return Json(
            _document(services.add_exclusion(call.actor, _text_of(data, "value"), _text_of(data, "comment")))
        )
    except Invalid as error:
        raise SaveFailed("add correlation_exclusion", "/correlation_exclusions/add", error.errors) from error


@endpoint("correlation_exclusions/edit", site_admin=True, writes=True)
def edit(call: Call) -> Answer:
    """Edit the value or comment of an exclusion."""
    data = call.data("CorrelationExclusion")
    changes = {name: _text_of(data, name) for name in ("value", "comment") if data.get(name) is not None}
    try:
        return Json(_document(services.edit_exclusion(call.actor, _find(call), **changes)))
    except Invalid as error:
        url = "/correlation_exclusions/edit"
        raise SaveFailed("edit correlation_exclusion", url, error.errors) from error


@endpoint("correlation_exclusions/delete", site_admin=True, writes=True)
def delete(call: Call) -> Answer:
    """Delete an exclusion; its values correlate again."""
    exclusion = _find(call)
    number = exclusion.pk
    services.delete_exclusion(call.actor, exclusion)
    url = f"/correlation_exclusions/delete/{number}"
    return saved("CorrelationExclusion deleted.", url, id=number)


@endpoint("correlation_exclusions/clean", site_admin=True, writes=True)
def clean(call: Call) -> Answer:
    """Reapply the exclusions to all stored data."""
    services.clean_exclusions(call.actor)
    return saved(CLEANED, "/correlation_exclusions/clean")


def _find(call: Call) -> CorrelationExclusion:
    number = call.arg(0)
    # More digits may exceed a bigint, which PostgreSQL would refuse with an error of its own.
    if number.isdecimal() and len(number) < 19:
        exclusion = CorrelationExclusion.objects.filter(pk=int(number)).first()
        if exclusion is not None:
            return exclusion
    raise MispError(404, INVALID)


def _text_of(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return "" if value is None else str(value)


def _document(exclusion: CorrelationExclusion) -> dict[str, Any]:
    return {
        "CorrelationExclusion": {
            "id": str(exclusion.pk),
            "value": exclusion.value,
            "from_json": exclusion.from_json,
            "comment": exclusion.comment or None,
        }
    }
