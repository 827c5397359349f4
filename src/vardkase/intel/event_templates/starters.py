"""Built-in event templates, installed and updated when a site administrator requests it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.event_templates.definition import read_definition
from vardkase.intel.event_templates.models import EventTemplate
from vardkase.intel.event_templates.services import require_object_templates
from vardkase.knowledge.sources.files import read_any

PACKAGED = Path(__file__).parent / "data"
OUTCOMES = ("installed", "updated", "skipped_current", "skipped_forked", "failed")

type Summary = dict[str, list[dict[str, Any]]]
"""Outcome, in MISP's words → the templates that it applies to."""


@transaction.atomic
def update_from_library(actor: Actor) -> Summary:
    """Install new templates, for everyone but disabled, and update those nobody has changed."""
    actor.require_writing(Permission.SITE_ADMIN)
    summary: Summary = {outcome: [] for outcome in OUTCOMES}
    for path in sorted(PACKAGED.glob("*.json")):
        outcome, facts = _install(actor, read_any(path))
        summary[outcome].append({"slug": path.stem, **facts})
    counts = {outcome: len(summary[outcome]) for outcome in ("installed", "updated")}
    record(actor, IntelAction.EVENT_TEMPLATE_UPDATED, Target("event_template"), counts)
    return summary


def _install(actor: Actor, document: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    try:
        definition = read_definition(document)
        require_object_templates(definition)
    except Invalid as refused:
        return "failed", {"error": str(refused)}
    stored = EventTemplate.objects.filter(uuid=definition.uuid).first()
    if stored is None:
        outcome = "installed"
    elif not stored.default:  # Somebody has changed it since.
        outcome = "skipped_forked"
    else:
        outcome = "skipped_current" if stored.definition == document else "updated"
    template = stored or EventTemplate(
        uuid=definition.uuid,
        org_id=actor.organisation_id,
        creator_user_id=actor.user_id or 0,
        all_orgs=True,
        active=False,
        default=True,
        version=0,
    )
    if outcome in ("installed", "updated"):
        template.name, template.description = definition.name, definition.description or ""
        template.definition = document
        template.version += 1
        template.save()
    return outcome, {"uuid": definition.uuid, "name": definition.name, "id": template.pk}
