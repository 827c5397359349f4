"""Tags on reports: from documents, and attached or detached individually."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from vardkase.audit.actions import AuditAction
from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.editing.tagging import require_may_tag
from vardkase.intel.event_reports.models import EventReportTag
from vardkase.intel.kernel.audiences import report_audiences
from vardkase.intel.kernel.locking import changed_locally, lock_event, touch
from vardkase.intel.kernel.tag_loader import TagLoader
from vardkase.intel.models import Event, EventReport
from vardkase.intel.problems import EventReportProblem, TaggingProblem
from vardkase.intel.queries.find import Reference, find_report
from vardkase.knowledge.taxonomies.models import Tag


def put_tags(actor: Actor, report: EventReport, mentions: Sequence[dict[str, Any]]) -> None:
    """Apply the tags in a document to a report of a locked event, and remove those marked for removal."""
    link_tags(report, TagLoader(actor, mentions), mentions)


def link_tags(report: EventReport, loader: TagLoader, mentions: Sequence[dict[str, Any]]) -> None:
    if not mentions:
        return
    EventReportTag.objects.bulk_create(
        [
            EventReportTag(
                event_report=report,
                tag_id=link.tag_id,
                local=link.local,
                relationship_type=link.relationship_type,
            )
            for link in loader.links(mentions)
        ],
        ignore_conflicts=True,
    )
    if detached := loader.detached(mentions):
        EventReportTag.objects.filter(event_report=report, tag__in=detached, local=False).delete()


@transaction.atomic
def tag_report(
    actor: Actor, reference: Reference, names: Iterable[str], *, local: bool, relationship_type: str = ""
) -> int:
    report, event = _lock_taggable(actor, reference, local=local)
    link = {"local": local, "relationship_type": relationship_type}
    mentions = [_mention(name) | link for name in names]
    loader = TagLoader(actor, mentions)
    found = [loader.find(mention) for mention in mentions]
    tags = [tag for tag in found if tag is not None]
    # Unlike in a document, one tag that is unknown or not usable refuses the request.
    if len(tags) != len(mentions) or not tags:
        raise Invalid(TaggingProblem.NO_TAG())
    links = EventReportTag.objects.filter(event_report=report)
    before = links.count()
    link_tags(report, loader, mentions)
    _touch_and_record(actor, event, report, IntelAction.TAG_ATTACHED, tags, local=local)
    return links.count() - before


@transaction.atomic
def untag_report(actor: Actor, reference: Reference, name: str) -> tuple[Tag, bool]:
    """Remove a tag from a report; returns it and whether it was local.

    Raises NotFound, Forbidden, Invalid, Conflict if it is not on the report.
    """
    report = find_report(actor, reference)
    links = EventReportTag.objects.filter(event_report=report.id).select_related("tag")
    mention = _mention(name)
    link = (
        links.filter(tag__name__iexact=name).first()
        if "name" in mention
        else links.filter(tag=int(name)).first()
    )
    if link is None:
        raise Conflict(TaggingProblem.NOT_ATTACHED(kind="EventReport"))
    stored, event = _lock_taggable(actor, report.id, local=link.local)
    EventReportTag.objects.filter(pk=link.pk).delete()
    _touch_and_record(actor, event, stored, IntelAction.TAG_DETACHED, [link.tag], local=link.local)
    return link.tag, link.local


@transaction.atomic
def replace_tags(actor: Actor, reference: Reference, names: Iterable[str]) -> None:
    """Let a report have these global tags; local ones stay. Raises as `tag_report` and `untag_report`."""
    report = find_report(actor, reference)
    links = EventReportTag.objects.filter(event_report=report.id, local=False)
    stored = {name.lower(): tag for tag, name in links.values_list("tag", "tag__name")}
    wanted = {name.lower(): name for name in names}
    for name in stored.keys() - wanted.keys():
        untag_report(actor, report.id, str(stored[name]))
    if added := [name for key, name in wanted.items() if key not in stored]:
        tag_report(actor, report.id, added, local=False)


def _lock_taggable(actor: Actor, reference: Reference, *, local: bool) -> tuple[EventReport, Event]:
    actor.require_writing(Permission.TAGGER)
    event = lock_event(actor, find_report(actor, reference).event_id)
    # Found again under the lock: it may have been deleted while this waited.
    report = first_or_not_found(
        EventReport.objects.filter(pk=find_report(actor, reference).id),
        EventReportProblem.NOT_FOUND_TO_CHANGE(),
    )
    require_may_tag(actor, event, local=local)
    return report, event


def _mention(name: str) -> dict[str, Any]:
    # At most 18 digits: a longer number does not fit a bigint, and is taken for a name.
    return {"id": name} if name.isascii() and name.isdigit() and len(name) < 19 else {"name": name}


def _touch_and_record(
    actor: Actor, event: Event, report: EventReport, act: AuditAction, tags: Sequence[Tag], *, local: bool
) -> None:
    if local:
        changed_locally(event)
    else:
        touch(event, report_audiences([report.pk]))
    target = Target("event_report", report.pk, report.uuid, report.name)
    for tag in tags:
        record(actor, act, target, {"tag": tag.name, "local": local})
