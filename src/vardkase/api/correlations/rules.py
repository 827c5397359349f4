"""correlation_rules/*: events that must not be related to each other."""

from __future__ import annotations

from typing import Any

from vardkase.analysis.correlation import rule_services
from vardkase.analysis.correlation.models import CorrelationRule
from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Anything, Mandatory, Text
from vardkase.api.inputs import Body
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.core.errors import Invalid

PAGE = 60
MODEL = "CorrelationRule"
ABOUT_ADD = Description(
    "POST a CorrelationRule object to this API: events that it names do not correlate with each other. "
    "selector_type is orgc_id, org_id, event_id or event_info."
)
ABOUT_EDIT = Description(
    "POST a CorrelationRule object to this API to change it.", url="/correlation_rules/edit/[rule_id]"
)


class RuleList(Paging, kw_only=True):
    name: Text = ""
    selector_type: Text = ""


class NewRule(Body, kw_only=True):
    model = MODEL

    name: Mandatory[Anything] = None
    selector_type: Mandatory[Anything] = None
    selector_list: Mandatory[Anything] = None
    comment: Anything = None


class RuleChanges(Body, kw_only=True):
    model = MODEL

    name: Anything = None
    comment: Anything = None
    selector_type: Anything = None
    selector_list: Anything = None


@endpoint("correlation_rules/index", site_admin=True)
def index(call: Call, *, params: RuleList) -> Json:
    """List the correlation rules page by page; name and selector_type filter."""
    rules = rule_services.rules(call.actor)
    if params.name:
        rules = rules.filter(name=params.name)
    if params.selector_type:
        rules = rules.filter(selector_type=params.selector_type)
    limit, offset = params.limit_and_offset(PAGE)
    return Json([_document(rule) for rule in rules[offset : offset + limit]])


@endpoint("correlation_rules/view", site_admin=True)
def view(call: Call, rule_id: str) -> Json:
    """Return one rule by id or uuid."""
    return Json(_document(rule_services.find_rule(call.actor, rule_id)))


@endpoint("correlation_rules/add", site_admin=True, writes=True, describes=ABOUT_ADD)
def add(call: Call, *, body: NewRule) -> Json:
    """Add a rule; it takes effect immediately."""
    try:
        return Json(_document(rule_services.add_rule(call.actor, body.sent)))
    except Invalid as error:
        raise SaveFailed(f"add {MODEL}", "/correlation_rules/add", error.errors) from error


@endpoint("correlation_rules/edit", site_admin=True, writes=True, describes=ABOUT_EDIT)
def edit(call: Call, rule_id: str, *, body: RuleChanges) -> Json:
    """Edit a rule; fields left out keep their values."""
    try:
        return Json(_document(rule_services.edit_rule(call.actor, rule_id, body.sent)))
    except Invalid as error:
        url = f"/correlation_rules/edit/{rule_id}"
        raise SaveFailed(f"edit {MODEL}", url, error.errors) from error


@endpoint("correlation_rules/delete", site_admin=True, writes=True)
def delete(call: Call, rule_id: str) -> Saved:
    """Delete a rule; the events it kept apart correlate again."""
    number = rule_services.delete_rule(call.actor, rule_id)
    return saved("CorrelationRule deleted.", f"/correlation_rules/delete/{rule_id}", id=number)


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
