"""Carries out what authors submit: publishing, correcting, withdrawing."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from vardkase.core.errors import Conflict, Invalid, VardkaseError
from vardkase.core.problems import Problem
from vardkase.hub.anonymity.anonymity_set import anonymity_set
from vardkase.hub.anonymous_publication.documents import dated
from vardkase.hub.anonymous_publication.models import AnonymousPublication, PublicationState
from vardkase.hub.anonymous_publication.problems import AnonymousProblem
from vardkase.hub.anonymous_publication.rounds import MOST_ROUNDS, Round
from vardkase.hub.anonymous_publication.settings import SMALLEST_SET
from vardkase.hub.anonymous_publication.submissions import Submission
from vardkase.hub.sealed_links import sealing as sealed_links
from vardkase.intel.editing.deletion import delete_attribute, delete_event, delete_object
from vardkase.intel.event_reports.services import delete_report
from vardkase.intel.kernel.results import Ingested
from vardkase.intel.models import Attribute, Event, EventReport, Object
from vardkase.intel.services.events import add_event
from vardkase.intel.services.merge import edit_event
from vardkase.intel.services.publish import publish_event

logger = logging.getLogger(__name__)


def publish(held: Round, submission: Submission) -> None:
    key, body = submission.author_key, submission.body
    known = AnonymousPublication.objects.filter(author_key=key).exclude(state=PublicationState.WAITING)
    if known.exists():
        return
    # Counted anew in every round: others may have joined, or published something like it.
    members = anonymity_set(body["document"]).count
    if key in held.withdrawn:
        _settle(held, key, PublicationState.WITHDRAWN, members=members)
    elif members < SMALLEST_SET.value and not body["consents"] and key not in held.consents:
        _wait(held, submission, members)
    else:
        event_uuid = uuid4()
        why = _attempted(lambda: _published(held, submission, event_uuid))
        if isinstance(why, VardkaseError):
            _settle(held, key, PublicationState.REFUSED, members=members, why=_problem_of(why))
        else:
            held.published += 1
            _settle(
                held,
                key,
                PublicationState.PUBLISHED,
                members=members,
                event_uuid=event_uuid,
                why=_left_out(why),
            )


def correct(held: Round, submission: Submission) -> None:
    row, event = _own(submission.author_key)
    if row is None or event is None or submission.author_key in held.withdrawn:
        return
    done = _attempted(lambda: _corrected(held, submission, event))
    row.why = _as_json(_problem_of(done) if isinstance(done, VardkaseError) else _left_out(done))
    row.day = held.day
    row.save(update_fields=["why", "day"])


def withdraw(held: Round, submission: Submission) -> None:
    row, event = _own(submission.author_key)
    if row is None or submission.author_key not in held.withdrawn:
        return
    failed = None if event is None else _attempted(lambda: delete_event(held.actor, event.pk))
    if isinstance(failed, VardkaseError):
        logger.error("an anonymous publication could not be withdrawn, and will be tried again")
        row.why = _as_json(AnonymousProblem.NOT_WITHDRAWN(why=failed.problem or AnonymousProblem.FAILED()))
        if submission.waited < MOST_ROUNDS:
            held.carried.append(replace(submission, waited=submission.waited + 1))
    else:
        row.state, row.why = PublicationState.WITHDRAWN, {}
    row.day = held.day
    row.save(update_fields=["state", "why", "day"])


def counted(_held: Round, _submission: Submission) -> None:
    """Consent, or undoing: `Round` has it, and what waits is among what the round before has carried on."""


def _published(held: Round, submission: Submission, event_uuid: UUID) -> Ingested:
    document = dated(submission.body["document"], held.moment, held.day.isoformat())
    done = add_event(held.actor, document | {"uuid": str(event_uuid)})
    _make_public(held, submission, done.event_id)
    sealed_links.store(event_uuid, base64.b64decode(submission.body["link"]))
    return done


def _corrected(held: Round, submission: Submission, event: Event) -> Ingested:
    document = submission.body["document"]
    # Newer than the version before, which may be of the same day; no more than that.
    moment = max(held.moment, event.timestamp + 1)
    done = edit_event(held.actor, event.pk, dated(document, moment, held.day.isoformat()))
    _delete_missing(held, event, set(_uuids(document)))
    _make_public(held, submission, event.pk)
    return done


def _make_public(held: Round, submission: Submission, event_id: int) -> None:
    confirmed = bool(submission.body.get("confirms_tlp"))
    if not publish_event(held.actor, event_id, notify=True, confirmed=confirmed).published:
        raise Conflict(AnonymousProblem.HELD())


def _delete_missing(held: Round, event: Event, kept: set[str]) -> None:
    for attribute in Attribute.objects.filter(event=event, object=None, deleted=False):
        if str(attribute.uuid) not in kept:
            delete_attribute(held.actor, attribute.pk)
    for each in Object.objects.filter(event=event, deleted=False):
        if str(each.uuid) not in kept:
            delete_object(held.actor, each.pk)
    for report in EventReport.objects.filter(event=event, deleted=False):
        if str(report.uuid) not in kept:
            delete_report(held.actor, report.pk)


def _uuids(part: Mapping[str, Any]) -> Iterator[str]:
    yield str(part.get("uuid"))
    for name in ("Attribute", "Object", "EventReport"):
        for each in part.get(name, ()):
            yield from _uuids(each)


def _wait(held: Round, submission: Submission, members: int) -> None:
    if submission.waited >= MOST_ROUNDS:
        _settle(
            held,
            submission.author_key,
            PublicationState.REFUSED,
            members=members,
            why=AnonymousProblem.TOO_FEW(),
        )
        return
    held.carried.append(replace(submission, waited=submission.waited + 1))
    _settle(held, submission.author_key, PublicationState.WAITING, members=members)


def _settle(
    held: Round,
    author_key: str,
    state: PublicationState,
    *,
    members: int,
    event_uuid: UUID | None = None,
    why: Problem | None = None,
) -> None:
    AnonymousPublication.objects.update_or_create(
        author_key=author_key,
        defaults={
            "state": state,
            "members": members,
            "event_uuid": event_uuid,
            "why": _as_json(why),
            "day": held.day,
        },
    )


def _attempted[Result](act: Callable[[], Result]) -> Result | VardkaseError:
    """What `act` returns, or why it was refused; then nothing of it is left."""
    try:
        with transaction.atomic():
            return act()
    except VardkaseError as refused:
        return refused
    except Exception:
        logger.exception("an anonymous publication failed")
        return Conflict(AnonymousProblem.FAILED())


def _problem_of(refused: VardkaseError) -> Problem:
    problem = refused.problem or AnonymousProblem.FAILED()
    return AnonymousProblem.INVALID(why=problem) if isinstance(refused, Invalid) else problem


def _left_out(done: Ingested) -> Problem | None:
    count = len(done.rejections.errors)
    return AnonymousProblem.PARTS_REFUSED(count=count) if count else None


def _as_json(problem: Problem | None) -> dict[str, Any]:
    return {} if problem is None else problem.as_json()


def _own(author_key: str) -> tuple[AnonymousPublication | None, Event | None]:
    row = AnonymousPublication.objects.filter(author_key=author_key).first()
    if row is None or row.event_uuid is None:
        return row, None
    return row, Event.objects.filter(uuid=row.event_uuid).first()
