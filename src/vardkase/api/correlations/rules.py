"""correlation_rules/*: events that must not be related to each other."""

from __future__ import annotations

from typing import Any

from vardkase.analysis.correlation import rule_services
from vardkase.analysis.correlation.models import CorrelationRule
from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.paging import limit_and_offset
from vardkase.api.request import Call
from vardkase.core.errors import Invalid

PAGE = 60
MODEL = "CorrelationRule"
FILTERS = ("name", "selector_type")
ABOUT_ADD = Description(
    "POST a CorrelationRule object to this API: events that it names do not correlate with each other. "
    "selector_type is orgc_id, org_id, event_id or event_info.",
    ["name", "selector_type", "selector_list"],
    ["comment"],
)
ABOUT_EDIT = Description(
    "POST a CorrelationRule object to this API to change it.",
    (),
    ["name", "comment", "selector_type", "selector_list"],
    "/correlation_rules/edit/[rule_id]",
)


@endpoint("correlation_rules/index", site_admin=True)
def index(call: Call) -> Answer:
    """List the correlation rules page by page; name and selector_type filter."""
    rules = rule_services.rules(call.actor)
    for name in FILTERS:
        if (value := call.param(name)) not in (None, ""):
            rules = rules.filter(**{f"{name}__in": [str(value)]})
    limit, offset = limit_and_offset(call, PAGE)
    return Json([_document(rule) for rule in rules[offset : offset + limit]])


@endpoint("correlation_rules/view", site_admin=True)
def view(call: Call) -> Answer:
    """Return one rule by id or uuid."""
    return Json(_document(rule_services.find_rule(call.actor, call.arg(0))))


@endpoint("correlation_rules/add", site_admin=True, writes=True, describes=ABOUT_ADD)
def add(call: Call) -> Answer:
    """Add a rule; it takes effect immediately."""
    try:
        return Json(_document(rule_services.add_rule(call.actor, call.data(MODEL))))
    except Invalid as error:
        raise SaveFailed(f"add {MODEL}", "/correlation_rules/add", error.errors) from error


@endpoint("correlation_rules/edit", site_admin=True, writes=True, describes=ABOUT_EDIT)
def edit(call: Call) -> Answer:
    """Edit a rule; fields left out keep their values."""
    try:
        return Json(_document(rule_services.edit_rule(call.actor, call.arg(0), call.data(MODEL))))
    except Invalid as error:
        url = f"/correlation_rules/edit/{call.arg(0)}"
        raise SaveFailed(f"edit {MODEL}", url, error.errors) from error


@endpoint("correlation_rules/delete", site_admin=True, writes=True)
def delete(call: Call) -> Answer:
    """Delete a rule; the events it kept apart correlate again."""
    number = rule_services.delete_rule(call.actor, call.arg(0))
    return saved("CorrelationRule deleted.", f"/correlation_rules/delete/{call.arg(0)}", id=number)


def _document(rule: CorrelationRule) -> dict[str, Any]:
    return {
        MODEL: {
            "id": str(rule.pk),
            "uuid": str(rule.uuid),
            "name": rule.name,
            "comment": rule.comment,
            "selector_type": rule.selector_type,
            "selector_list": rule.selector_list,
            "timestamp": str(rule.timestamp),
        }
    }
