"""Carries out an approved run: one transaction for each event, version and case, so that it can be taken up again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import override

from vardkase.audit.chain.guard import prove_hub
from vardkase.audit.redaction import redaction
from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, VardkaseError
from vardkase.core.jobs.progress import report
from vardkase.core.sql import cursor
from vardkase.formats.misp_json.rewriting import rewrite_version
from vardkase.hub.backups import journal
from vardkase.hub.case_files.models import CaseFile
from vardkase.hub.retention.audit_actions import RetentionAction
from vardkase.hub.retention.counting import target_of
from vardkase.hub.retention.disposal import dispose_of_case
from vardkase.hub.retention.figures import counts
from vardkase.hub.retention.holds import exemption_of_case, exemption_of_event
from vardkase.hub.retention.models import (
    RetentionItem,
    RetentionItemState,
    RetentionPlace,
    RetentionRun,
    RunState,
    VersionCheck,
)
from vardkase.hub.retention.owners import tell_owners
from vardkase.hub.retention.selecting import (
    cutoff,
    in_order,
    is_case_still_due,
    note_still_due,
    still_due_in_event,
)
from vardkase.hub.retention.versions import Search, expired_by, first_publication
from vardkase.identity.access.actor import Actor
from vardkase.intel.errors import PublicationRefused, TaxonomiesMissing
from vardkase.intel.models import Event, EventVersion
from vardkase.intel.personal_data.expiring import (
    expire_attributes,
    expire_comments,
    expire_note,
    expire_objects,
    expire_proposals,
    expire_reports,
    expire_title,
)
from vardkase.intel.services.publish import publish_event
from vardkase.intel.services.unpublished_changes import unpublished_audiences

logger = logging.getLogger(__name__)
AT_ONCE = 200
LONGEST_FAILURE = 500
OF_EVENTS = (
    RetentionPlace.ATTRIBUTE,
    RetentionPlace.TITLE,
    RetentionPlace.REPORT,
    RetentionPlace.OBJECT,
    RetentionPlace.PROPOSAL,
    RetentionPlace.COMMENT,
)


def carry_out(actor: Actor, run_id: int, *, tells_owners: bool = True) -> None:
    """Do what is pending in a run that a second person has approved, and keep the results on it."""
    run = RetentionRun.objects.filter(pk=run_id, state=RunState.CARRYING_OUT).first()
    if run is None:
        return
    total = _pending(run).count()
    for step in (_events, _notes, _versions, _cases):
        for _ in step(actor, run):
            report(total - _pending(run).count(), total)
    with transaction.atomic():
        run.results = counts(run)
        run.state, run.ended_at = RunState.DONE, timezone.now()
        run.save(update_fields=["results", "state", "ended_at"])
        journal.enter(journal.Kind.RETENTION, number=run.number)
        done = sum(each["done"] for each in run.results["rules"])
        failed = sum(each["failed"] for each in run.results["rules"])
        record(
            actor,
            RetentionAction.CARRIED_OUT,
            target_of(run),
            {"done": done, "failed": failed, "exempted": run.exempted},
        )
        if tells_owners:
            tell_owners(run)


def _pending(run: RetentionRun) -> QuerySet[RetentionItem]:
    return run.items.filter(state=RetentionItemState.PENDING)


def _events(actor: Actor, run: RetentionRun) -> Iterator[None]:
    pending = _pending(run).filter(place__in=OF_EVENTS)
    while ids := list(pending.order_by("event_id").values_list("event_id", flat=True).distinct()[:AT_ONCE]):
        for event_id in ids:
            _guarded(pending.filter(event_id=event_id), lambda items: _end_in_event(actor, run, items))
            yield


def _notes(actor: Actor, run: RetentionRun) -> Iterator[None]:
    pending = _pending(run).filter(place=RetentionPlace.ANALYST_DATA)
    while items := list(pending.order_by("pk")[:AT_ONCE]):
        for item in items:
            _guarded(pending.filter(pk=item.pk), lambda items: _end_of_note(actor, run, items[0]))
            yield


def _versions(actor: Actor, run: RetentionRun) -> Iterator[None]:
    pending = _pending(run).filter(place=RetentionPlace.VERSION)
    while items := list(pending.order_by("pk").select_related("rule")[:AT_ONCE]):
        for item in items:
            _guarded(pending.filter(pk=item.pk), lambda items: _end_in_version(actor, run, items[0]))
            yield


def _cases(actor: Actor, run: RetentionRun) -> Iterator[None]:
    pending = _pending(run).filter(place=RetentionPlace.CASE)
    while items := list(pending.order_by("pk")[:AT_ONCE]):
        for item in items:
            _guarded(pending.filter(pk=item.pk), lambda items: _end_of_case(actor, run, items[0]))
            yield


def _guarded(rows: QuerySet[RetentionItem], act: Callable[[list[RetentionItem]], None]) -> None:
    # In a transaction of its own; what fails is on record as failed, and the rest goes on.
    try:
        with transaction.atomic():
            if items := list(rows.select_for_update(of=("self",)).select_related("rule").order_by("pk")):
                act(items)
    except Exception as failed:
        if not isinstance(failed, VardkaseError):
            logger.exception("A retention item could not be carried out")
        # In the language of the hub: those who read it are its officers.
        with override(settings.LANGUAGE_CODE):
            why = str(failed)[:LONGEST_FAILURE] if isinstance(failed, VardkaseError) else ""
        rows.update(state=RetentionItemState.FAILED, failure=why, done_at=timezone.now())


def _settle(
    items: Iterable[RetentionItem], state: RetentionItemState, *, exemption: str = "", digest: str = ""
) -> None:
    ids = [item.pk for item in items]
    RetentionItem.objects.filter(pk__in=ids).update(
        state=state, exemption=exemption, digest=digest, done_at=timezone.now()
    )


def _end_in_event(actor: Actor, run: RetentionRun, items: list[RetentionItem]) -> None:
    event = Event.objects.select_for_update().filter(pk=items[0].event_id).first()
    if event is None:
        return _settle(items, RetentionItemState.UNCHANGED)
    # Asked again: something may have been opened since the dry run.
    if exemption := exemption_of_event(event.pk):
        return _settle(items, RetentionItemState.EXEMPT, exemption=exemption)
    was_published = event.published and not unpublished_audiences(event)
    done = _ended(actor, event, _still_due(run, event, items))
    _settle([item for item in items if item.pk not in done], RetentionItemState.UNCHANGED)
    if not done:
        return None
    _forget_copies(event, items, done)
    is_out = was_published and _publish(actor, event.pk)
    changed = [item for item in items if item.pk in done]
    _settle(
        changed,
        RetentionItemState.DONE if is_out or not event.publish_timestamp else RetentionItemState.WAITING,
    )
    rules = sorted({item.rule.reference for item in changed})
    change = {"run": run.number, "rules": rules, "places": len(changed)}
    # Without its title, which may have been what was removed.
    record(actor, RetentionAction.APPLIED, Target("event", event.pk, event.uuid), change)
    return None


def _still_due(run: RetentionRun, event: Event, items: list[RetentionItem]) -> list[RetentionItem]:
    # Asked before anything is changed: somebody may have changed the event since the dry run.
    rules = {item.rule_id: item.rule for item in items}
    due = {pk: still_due_in_event(run, rule, event.pk) for pk, rule in rules.items()}
    return [item for item in items if (item.place, item.part_id) in due[item.rule_id]]


def _ended(actor: Actor, event: Event, items: list[RetentionItem]) -> set[int]:
    done: set[int] = set()
    for rule in in_order({item.rule for item in items}):
        expired = expired_by(rule)
        mine = [item for item in items if item.rule_id == rule.pk]
        parts = {
            place: {item.part_id: item.pk for item in mine if item.place == place} for place in OF_EVENTS
        }
        attributes = parts[RetentionPlace.ATTRIBUTE]
        done |= {attributes[pk] for pk in expire_attributes(actor, event, attributes, expired)}
        if (title := parts[RetentionPlace.TITLE]) and expire_title(event, expired):
            done |= set(title.values())
        for place, expire in EXPIRE.items():
            done |= {parts[place][pk] for pk in expire(event, parts[place], expired)}
    return done


EXPIRE = {
    RetentionPlace.REPORT: expire_reports,
    RetentionPlace.OBJECT: expire_objects,
    RetentionPlace.PROPOSAL: expire_proposals,
    RetentionPlace.COMMENT: expire_comments,
}


def _end_of_note(actor: Actor, run: RetentionRun, item: RetentionItem) -> None:
    exemption = note_still_due(run, item.rule, item.part_id)
    if exemption:
        return _settle([item], RetentionItemState.EXEMPT, exemption=exemption)
    note = expire_note(item.part_id, expired_by(item.rule)) if exemption is not None else None
    if note is None:
        return _settle([item], RetentionItemState.UNCHANGED)
    _settle([item], RetentionItemState.DONE)
    kind = note.kind_name.lower()
    prove_hub()
    cursor().execute(FORGET_NOTE, {"kind": kind, "id": note.pk, "rule": item.rule.reference})
    change = {"run": run.number, "rules": [item.rule.reference], "places": 1}
    record(actor, RetentionAction.APPLIED, Target(kind, note.pk, note.uuid), change)
    return None


def _publish(actor: Actor, event_id: int) -> bool:
    # False if it has to wait for the event's owner.
    try:
        with transaction.atomic():
            return publish_event(actor, event_id, confirmed=True).published
    except (PublicationRefused, TaxonomiesMissing, Forbidden):
        return False


def _forget_copies(event: Event, items: list[RetentionItem], done: set[int]) -> None:
    changed = [item for item in items if item.pk in done]
    values = {
        "event": event.pk,
        "attributes": [item.part_id for item in changed if item.place == RetentionPlace.ATTRIBUTE],
        "proposals": [item.part_id for item in changed if item.place == RetentionPlace.PROPOSAL],
        "title": any(item.place == RetentionPlace.TITLE for item in changed),
        "rule": ", ".join(sorted({item.rule.reference for item in changed})),
    }
    prove_hub()
    for statement in FORGET:
        cursor().execute(statement, values)


def _end_in_version(actor: Actor, run: RetentionRun, item: RetentionItem) -> None:
    version = EventVersion.objects.filter(pk=item.part_id).first()
    if version is None:
        return _settle([item], RetentionItemState.UNCHANGED)
    if exemption := exemption_of_event(version.event_id):
        return _settle([item], RetentionItemState.EXEMPT, exemption=exemption)
    left: list[int | None] = []

    def change(document: dict[str, Any]) -> int:
        search = Search(
            item.rule, cutoff(run, item.rule), first_publication(version.event_uuid), document, writes=True
        )
        search.run()
        left.append(search.due_from)
        return search.count

    count, former = rewrite_version(version.pk, change)
    VersionCheck.objects.update_or_create(
        rule=item.rule, version_id=version.pk, defaults={"due_from": left[0]}
    )
    _settle([item], RetentionItemState.DONE if count else RetentionItemState.UNCHANGED, digest=former)
    if count:
        change_made = {"run": run.number, "rules": [item.rule.reference], "version": version.version}
        change_made |= {"places": count, "former_sha256": former}
        target = Target("event", version.event_id, version.event_uuid)
        record(actor, RetentionAction.APPLIED_TO_VERSION, target, change_made)
    return None


def _end_of_case(actor: Actor, run: RetentionRun, item: RetentionItem) -> None:
    # Locked first: it may be reopened meanwhile, and its period begins anew when it is closed again.
    CaseFile.objects.select_for_update().filter(pk=item.part_id).first()
    if exemption := exemption_of_case(item.part_id):
        return _settle([item], RetentionItemState.EXEMPT, exemption=exemption)
    if not is_case_still_due(run, item.rule, item.part_id):
        return _settle([item], RetentionItemState.UNCHANGED)
    digest = dispose_of_case(actor, item.part_id, item.rule, run.number)
    return _settle([item], RetentionItemState.DONE if digest else RetentionItemState.UNCHANGED, digest=digest)


FORGET_NOTE = redaction("target_kind = %(kind)s AND target_id = %(id)s", title="''", removed="%(rule)s::text")
FORGET = (
    "DELETE FROM taxii_object o USING taxii_rendering r WHERE r.id = o.rendering_id AND r.event_id = %(event)s",
    "DELETE FROM taxii_rendering WHERE event_id = %(event)s",
    # Who did what, and when, stays; the title and the change say what the content was.
    redaction(
        "target_kind = 'attribute' AND target_id = ANY(%(attributes)s::bigint[])"
        " OR target_kind = 'shadow_attribute' AND target_id = ANY(%(proposals)s::bigint[])",
        title="''",
        removed="%(rule)s::text",
    ),
    redaction("%(title)s AND target_kind = 'event' AND target_id = %(event)s", title="''"),
)
