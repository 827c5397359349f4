"""Services for a user's dashboard and saved layouts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.fields import apply
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.dashboards.models import DashboardTemplate
from vardkase.hub.dashboards.widgets import widgets
from vardkase.hub.problems import DashboardProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.queries import find_user
from vardkase.identity.organisations.fields import short_text, text
from vardkase.identity.user_settings.queries import values_of
from vardkase.identity.user_settings.rules import readable
from vardkase.identity.user_settings.services import set_user_setting
from vardkase.misp.flags import as_bool, as_int

LONGEST_NAME = 191
FIRST = ("MispStatusWidget", "TrendingTagsWidget", "EventStreamWidget")
"""Widgets of a dashboard until its user lays it out."""


def dashboard(actor: Actor) -> list[Any]:
    stored = values_of(find_user(actor, "me")).get("dashboard")
    if isinstance(stored, list):
        return stored
    chosen = [widget.name for widget in widgets(actor) if widget.name in FIRST]
    return [
        # MISP's grid has twelve columns.
        {"widget": name, "config": {}, "position": {"x": 4 * place, "y": 0, "width": 4, "height": 4}}
        for place, name in enumerate(chosen)
    ]


def set_dashboard(actor: Actor, value: Any) -> None:
    set_user_setting(actor, find_user(actor, "me"), "dashboard", value)


def templates(actor: Actor) -> QuerySet[DashboardTemplate]:
    """The actor's own layouts, and the selectable ones.

    Site administrators see all, unless they may not read content: a layout reveals what somebody searches
    for.
    """
    rows = DashboardTemplate.objects.select_related("user").order_by("pk")
    if actor.is_site_admin and not actor.may_not_read_content:
        return rows
    return rows.filter(Q(user_id=actor.user_id or 0) | Q(selectable=True))


@transaction.atomic
def save_template(actor: Actor, data: Mapping[str, Any], reference: str = "") -> DashboardTemplate:
    """Save a layout (`value`, else the actor's current dashboard), or change one of their own.

    Only site administrators make it `selectable`. Raises Invalid by field, NotFound, Forbidden.
    """
    actor.require_writing()
    if actor.user_id is None:
        raise Forbidden
    template = _own(actor, reference) if reference else DashboardTemplate(user_id=actor.user_id)
    apply(template, data, {"name": short_text, "description": text})
    if not template.name or len(template.name) > LONGEST_NAME:
        raise Invalid({"name": [DashboardProblem.NAME_LENGTH(count=LONGEST_NAME)]})
    if data.get("value") is not None:
        apply(template, {"value": data["value"]}, {"value": partial(readable, "dashboard")})
    elif not template.pk:
        template.value = dashboard(actor)
    if actor.is_site_admin:
        template.selectable = as_bool(data.get("selectable", template.selectable))
    template.timestamp = now_seconds()
    template.save()
    record(actor, HubAction.DASHBOARD_TEMPLATE_SAVED, Target.of(template))
    return template


@transaction.atomic
def delete_template(actor: Actor, reference: str) -> None:
    """Delete one of the actor's own layouts; site administrators can delete any. Raises NotFound, Forbidden."""
    actor.require_writing()
    template = _own(actor, reference)
    target = Target.of(template)
    template.delete()
    record(actor, HubAction.DASHBOARD_TEMPLATE_DELETED, target)


def _own(actor: Actor, reference: str) -> DashboardTemplate:
    template = first_or_not_found(
        templates(actor).filter(pk=as_int(reference) or 0).select_for_update(of=("self",)),
        DashboardProblem.NO_SUCH_TEMPLATE(),
    )
    if template.user_id != actor.user_id and not actor.is_site_admin:
        raise Forbidden
    return template
