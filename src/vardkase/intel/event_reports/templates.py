"""Texts that reports begin with: those of the hub, which everyone may use, and those of an organisation."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.problems import Problem
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.own_or_everyones import own_or_everyones_predicate
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.visibility import reader_parameters
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.columns import EventRow
from vardkase.intel.event_reports.drafts import LONGEST_CONTENT
from vardkase.intel.event_reports.models import ReportTemplate
from vardkase.intel.problems import EventReportProblem
from vardkase.intel.queries.event_parts import event_tags
from vardkase.misp.tlp import strictest_label

LONGEST_TEMPLATE = 100_000
LONGEST_TITLE = 255
"""Characters of an event's title in a report."""
FACT = re.compile(r"\{\{(\w{1,20})\}\}")
STARTERS = Path(__file__).parent / "starters"
"""The packaged texts, one file per language; the first line is the title."""


class TemplateFields(NamedTuple):
    name: str
    content: str
    all_orgs: bool


class Starter(NamedTuple):
    key: str
    language: str
    name: str
    content: str


def starters() -> list[Starter]:
    found = []
    for path in sorted(STARTERS.glob("*.md")):
        title, _, content = path.read_text("utf-8").partition("\n")
        language = path.stem.rpartition(".")[2]
        found.append(Starter(path.stem, language, title.removeprefix("# "), content.lstrip("\n")))
    return found


def starters_for(language: str) -> list[Starter]:
    """Those in `language` first."""
    return sorted(starters(), key=lambda one: (one.language != language, one.name))


def visible_templates(actor: Actor) -> QuerySet[ReportTemplate]:
    sql = f"SELECT t.id FROM event_report_template t WHERE {own_or_everyones_predicate(actor, 't')}"
    ids = [row[0] for row in cursor().execute(sql, reader_parameters(actor)).fetchall()]
    return ReportTemplate.objects.filter(pk__in=ids).select_related("org")


def find_template(actor: Actor, template_id: int) -> ReportTemplate:
    template = visible_templates(actor).filter(pk=template_id).first()
    if template is None:
        raise NotFound(EventReportProblem.TEMPLATE_NOT_FOUND())
    return template


def may_edit_template(actor: Actor, template: ReportTemplate) -> bool:
    return actor.may_write and actor.may(Permission.TEMPLATE) and _is_editor(actor, template)


@transaction.atomic
def add_template(actor: Actor, fields: TemplateFields) -> ReportTemplate:
    actor.require_writing(Permission.TEMPLATE)
    template = ReportTemplate(org_id=actor.organisation_id)
    _write(actor, template, fields)
    record(actor, IntelAction.EVENT_REPORT_TEMPLATE_ADDED, Target.of(template))
    return template


@transaction.atomic
def edit_template(actor: Actor, template_id: int, fields: TemplateFields) -> ReportTemplate:
    template = _lock_own(actor, template_id)
    _write(actor, template, fields)
    record(actor, IntelAction.EVENT_REPORT_TEMPLATE_EDITED, Target.of(template))
    return template


@transaction.atomic
def delete_template(actor: Actor, template_id: int) -> None:
    template = _lock_own(actor, template_id)
    target = Target.of(template)
    template.delete()
    record(actor, IntelAction.EVENT_REPORT_TEMPLATE_DELETED, target)


def filled(actor: Actor, content: str, event: EventRow, today: date) -> str:
    """`content` with what is known of the event in place of ``{{event}}``, ``{{date}}`` and so on.

    What stands in the title is not filled in again, and what exceeds LONGEST_CONTENT is left out.
    """
    label = strictest_label(tag.name for tag in event_tags(event.id))
    facts = {
        "event": " ".join(event.info[:LONGEST_TITLE].split()),
        "event_id": str(event.id),
        "event_uuid": str(event.uuid),
        "date": today.isoformat(),
        "organisation": actor.organisation_name,
        "tlp": f"@[tag](tlp:{label})" if label else "–",
    }
    return FACT.sub(lambda match: facts.get(match[1], match[0]), content)[:LONGEST_CONTENT]


def _lock_own(actor: Actor, template_id: int) -> ReportTemplate:
    actor.require_writing(Permission.TEMPLATE)
    template = find_template(actor, template_id)
    if not _is_editor(actor, template):
        raise Forbidden
    return ReportTemplate.objects.select_for_update().get(pk=template.pk)


def _is_editor(actor: Actor, template: ReportTemplate) -> bool:
    return actor.is_site_admin or (template.org_id == actor.organisation_id and not template.all_orgs)


def _write(actor: Actor, template: ReportTemplate, fields: TemplateFields) -> None:
    name, content = fields.name.strip(), fields.content
    errors: dict[str, list[Problem]] = {}
    if not name:
        errors["name"] = [EventReportProblem.NAME_MISSING()]
    elif len(name) > 255:
        errors["name"] = [EventReportProblem.TEXT_TOO_LONG(most=255)]
    if not content.strip():
        errors["content"] = [EventReportProblem.TEXT_MISSING()]
    elif len(content) > LONGEST_TEMPLATE:
        errors["content"] = [EventReportProblem.TEXT_TOO_LONG(most=LONGEST_TEMPLATE)]
    if fields.all_orgs and not actor.is_site_admin:
        errors["all_orgs"] = [EventReportProblem.NOT_FOR_EVERYONE()]
    if errors:
        raise Invalid(errors)
    template.name, template.content, template.all_orgs = name, content, fields.all_orgs
    template.modified = timezone.now()
    template.save()
