"""Services for streams, including moving their position: site administrators only; secrets are never shown again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from vardkase.audit.actions import AuditAction
from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.fields import read
from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.field_parsers import filters, member_of, name
from vardkase.exchange.outbox.events import last_place, place_before
from vardkase.exchange.problems import ConfigurationProblem
from vardkase.exchange.streams.bodies.reader import read_filters
from vardkase.exchange.streams.delivering import waiting
from vardkase.exchange.streams.models import SECRETS, Format, Stream, StreamKind
from vardkase.exchange.streams.problems import StreamProblem
from vardkase.exchange.streams.queries import find_stream
from vardkase.exchange.streams.senders.sender import secrets_of
from vardkase.exchange.streams.signatures import new_secret
from vardkase.exchange.streams.stream_settings import SHAPES, read_settings, secret
from vardkase.exchange.streams.topics import TOPICS
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import find_organisation

MOST_ENABLED = 30
"""Each enabled stream holds a connection to the database."""
FORMER_SECRET = timedelta(hours=24)
"""For so long messages are also signed with the previous secret."""


@transaction.atomic
def add_stream(actor: Actor, data: Mapping[str, Any]) -> tuple[Stream, str]:
    """Add a stream; it starts with new events only.

    `data` has name, kind, format, org_id (0 or nothing: it sees everything), topics, filters, the settings of
    its kind and its secrets. Returns it with the secret that signs its messages, shown only once ("" for
    other kinds). Raises Invalid by field, Forbidden.
    """
    actor.require_content_access()
    actor.require_writing(Permission.SITE_ADMIN)
    stream = Stream(kind=_kind_in(data), enabled=True, position=last_place())
    _apply(stream, data)
    _require_connections_left(stream)
    signing = new_secret() if stream.kind == StreamKind.WEBHOOK else ""
    if signing:
        _store_secrets(stream, {**secrets_of(stream), "signing": signing})
    stream.save()
    record(actor, ExchangeAction.STREAM_ADDED, Target.of(stream), {"kind": stream.kind})
    return stream, signing


@transaction.atomic
def edit_stream(actor: Actor, stream_id: int, data: Mapping[str, Any]) -> Stream:
    """Change the fields in `data`; an empty secret keeps the old one. Raises Invalid by field, NotFound,
    Forbidden."""
    actor.require_content_access()
    stream = _editable_stream(actor, stream_id)
    _apply(stream, data)
    _save(stream)
    record(actor, ExchangeAction.STREAM_EDITED, Target.of(stream), {"fields": sorted(data)})
    return stream


@transaction.atomic
def delete_stream(actor: Actor, stream_id: int) -> None:
    stream = _editable_stream(actor, stream_id)
    target = Target.of(stream)
    stream.delete()
    record(actor, ExchangeAction.STREAM_DELETED, target)


@transaction.atomic
def pause_stream(actor: Actor, stream_id: int) -> None:
    stream = _editable_stream(actor, stream_id)
    stream.enabled = False
    _save(stream)
    record(actor, ExchangeAction.STREAM_PAUSED, Target.of(stream))


@transaction.atomic
def resume_stream(actor: Actor, stream_id: int) -> None:
    stream = _editable_stream(actor, stream_id)
    stream.enabled = True
    _require_connections_left(stream)
    _save(stream)
    record(actor, ExchangeAction.STREAM_RESUMED, Target.of(stream))


@transaction.atomic
def replay_from(actor: Actor, stream_id: int, moment: datetime) -> None:
    """Send everything since a moment again, as far as it is still kept. Raises NotFound, Forbidden."""
    _set_position(
        actor, stream_id, place_before(moment), ExchangeAction.STREAM_REPLAYED, {"from": moment.isoformat()}
    )


@transaction.atomic
def skip_all(actor: Actor, stream_id: int) -> None:
    _set_position(actor, stream_id, last_place(), ExchangeAction.STREAM_SKIPPED, {"all": True})


@transaction.atomic
def skip_next(actor: Actor, stream_id: int) -> None:
    """Skip the next entry, which the receiver does not accept. Raises NotFound, Forbidden, Conflict."""
    stream = find_stream(actor, stream_id)
    entry = next(iter(waiting(stream, 1)), None)
    if entry is None or entry.place is None:
        raise Conflict(StreamProblem.NOTHING_WAITS())
    _set_position(
        actor,
        stream_id,
        entry.place,
        ExchangeAction.STREAM_SKIPPED,
        {"topic": entry.topic, "event_id": entry.event_id},
    )


@transaction.atomic
def renew_secret(actor: Actor, stream_id: int) -> str:
    """A new signing secret, shown only once; for a day messages carry both signatures.

    Raises NotFound, Forbidden, Conflict (nothing is signed).
    """
    stream = _editable_stream(actor, stream_id)
    if stream.kind != StreamKind.WEBHOOK:
        raise Conflict(StreamProblem.NOT_SIGNED())
    known, fresh = secrets_of(stream), new_secret()
    until = (timezone.now() + FORMER_SECRET).isoformat()
    _store_secrets(
        stream, {**known, "signing": fresh, "former_signing": known["signing"], "former_until": until}
    )
    _save(stream)
    record(actor, ExchangeAction.STREAM_SECRET_RENEWED, Target.of(stream))
    return fresh


def _set_position(
    actor: Actor, stream_id: int, place: int, action: AuditAction, change: dict[str, Any]
) -> None:
    actor.require_writing(Permission.SITE_ADMIN)
    stream = _locked_stream(actor, stream_id)
    stream.position, stream.missed = place, 0
    _save(stream)
    record(actor, action, Target.of(stream), change)


def _editable_stream(actor: Actor, stream_id: int) -> Stream:
    actor.require_writing(Permission.SITE_ADMIN)
    stream = _locked_stream(actor, stream_id)
    if stream.by_settings:
        raise Forbidden(StreamProblem.BY_SETTINGS())
    return stream


def _locked_stream(actor: Actor, stream_id: int) -> Stream:
    find_stream(actor, stream_id)  # Raises for actors who may not see it; the row is locked only then.
    return first_or_not_found(
        Stream.objects.select_for_update().filter(pk=stream_id), StreamProblem.NOT_FOUND()
    )


def _save(stream: Stream) -> None:
    """Save; the deliverer notices, and retries immediately."""
    stream.revision += 1
    stream.failures, stream.failing_since, stream.fault, stream.fault_code = 0, None, "", ""
    stream.save()


def _apply(stream: Stream, data: Mapping[str, Any]) -> None:
    errors: dict[str, Sequence[Problem]] = {}
    # Noted before the settings change: a new destination must not get the secrets of the old one.
    before = {part: stream.settings.get(part) for part in SHAPES[StreamKind(stream.kind)].place}
    # All steps run, so that a form shows every error at once.
    for step in (_apply_fields, _apply_filters, _apply_settings):
        try:
            step(stream, data)
        except Invalid as fault:
            errors |= {"": [fault.errors]} if isinstance(fault.errors, Problem) else fault.errors
    if not errors:  # The settings say which secrets belong to the stream.
        errors |= _apply_secrets(stream, data, before)
    if errors:
        raise Invalid(errors)


def _apply_fields(stream: Stream, data: Mapping[str, Any]) -> None:
    readers = {
        "name": name,
        "format": member_of(*sorted(SHAPES[StreamKind(stream.kind)].formats)),
        "topics": topics_in,
        "org_id": organisation_in,
    }
    entered = {
        member: data.get(member, getattr(stream, member))
        for member in readers
        if member in data or not stream.pk
    }
    values, errors = read(entered, readers)
    for member, value in values.items():
        setattr(stream, member, value)
    if Stream.objects.filter(name=stream.name).exclude(pk=stream.pk).exists():
        errors["name"] = [StreamProblem.NAME_TAKEN()]
    if errors:
        raise Invalid(errors)


def _apply_filters(stream: Stream, data: Mapping[str, Any]) -> None:
    try:
        found = filters(data.get("filters", stream.filters))
    except Invalid as error:
        raise Invalid({"filters": [error.problem]}) from None
    stream.filters = read_filters(found)


def _apply_settings(stream: Stream, data: Mapping[str, Any]) -> None:
    stream.settings = read_settings(stream.kind, data, stream.settings)
    if stream.settings.get("protocol") == "udp" and stream.format == Format.MISP:
        raise Invalid({"format": [StreamProblem.TOO_LARGE_FOR_UDP()]})


def _apply_secrets(
    stream: Stream, data: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, list[Problem]]:
    """Store the secrets in `data`; existing ones are valid only for the destination they were given for."""
    known, errors = secrets_of(stream), {}
    moved = any(value is not None and stream.settings.get(part) != value for part, value in before.items())
    for member in SHAPES[StreamKind(stream.kind)].secrets:
        try:
            entered = secret(data.get(member) or "")
        except Invalid as error:
            errors[member] = [error.problem]
            continue
        if entered:
            known[member] = entered
        elif moved and known.get(member):
            errors[member] = [StreamProblem.SECRET_AGAIN()]
    _store_secrets(stream, known)
    return errors


def _store_secrets(stream: Stream, secrets: Mapping[str, str]) -> None:
    stream.encrypted_secrets = SECRETS.encrypt(json.dumps(secrets))


def _require_connections_left(stream: Stream) -> None:
    if Stream.objects.filter(enabled=True).exclude(pk=stream.pk).count() >= MOST_ENABLED:
        raise Invalid({"name": [StreamProblem.TOO_MANY(most=MOST_ENABLED)]})


def _kind_in(data: Mapping[str, Any]) -> str:
    try:
        return member_of(*StreamKind)(data.get("kind"))
    except Invalid as error:
        raise Invalid({"kind": [error.problem]}) from None


def topics_in(value: Any) -> list[str]:
    if not isinstance(value, list) or not value or not all(topic in TOPICS for topic in value):
        raise Invalid(StreamProblem.UNKNOWN_TOPICS(topics=list(TOPICS)))
    return [topic for topic in TOPICS if topic in value]  # Each once, in MISP's order.


def organisation_in(value: Any) -> int | None:
    if value in (None, "", 0, "0"):
        return None
    try:
        return find_organisation(str(value)).pk
    except NotFound:
        raise Invalid(ConfigurationProblem.UNKNOWN_ORGANISATION()) from None
