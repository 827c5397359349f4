"""Messages about the hub itself: accounts, organisations, tags, warninglists, audit log entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db.models import Model, QuerySet

from vardkase.audit.misp_log import act_of, model_of
from vardkase.audit.models import AuditEntry
from vardkase.exchange.outbox.models import Entry
from vardkase.exchange.streams import topics
from vardkase.exchange.streams.bodies.event_parts import Document, encoded
from vardkase.exchange.streams.bodies.reader import StreamReader
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.queries import named_tags
from vardkase.knowledge.warninglists.models import Warninglist


def people_bodies(reader: StreamReader, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes]]:
    """The message of each entry that may be sent; all have the same topic. Filters do not apply, as they are
    about events."""
    documents = _tag_documents if entries[0].topic == topics.TAG else _row_documents
    for entry, document in documents(reader, entries):
        yield entry, encoded({**document, "action": entry.act})


def _row_documents(reader: StreamReader, entries: Sequence[Entry]) -> Iterator[tuple[Entry, Document]]:
    rows, write = ROWS[entries[0].topic]
    found = {row.pk: row for row in rows().filter(pk__in={entry.subject_id for entry in entries})}
    for entry in entries:
        row = found.get(entry.subject_id)
        if row is not None:
            document = write(reader, row)
        else:
            # Who might have read a deleted row can no longer be checked: only streams that see everything report it.
            is_reported = reader.sees_everything and entry.act == "delete"
            document = {NOUNS[entry.topic]: {"id": str(entry.subject_id)}} if is_reported else None
        if document:
            yield entry, document


def _tag_documents(reader: StreamReader, entries: Sequence[Entry]) -> Iterator[tuple[Entry, Document]]:
    # Without a row, the entry is about attaching or detaching a tag; with one, about the tag itself.
    attachments = [entry for entry in entries if entry.subject_id is None]
    events = reader.events({entry.event_id for entry in attachments if entry.event_id})
    attributes = reader.attributes(
        [int(entry.about["attribute_id"]) for entry in attachments if "attribute_id" in entry.about], events
    )
    by_name = {
        tag.name: tag
        for tag in Tag.objects.filter(name__in={entry.about.get("name") for entry in attachments})
    }
    if tag_changes := [entry for entry in entries if entry.subject_id is not None]:
        yield from _row_documents(reader, tag_changes)
    for entry in attachments:
        tag, attribute = by_name.get(entry.about["name"]), entry.about.get("attribute_id")
        seen = int(attribute) in attributes if attribute else entry.event_id in events
        if tag and seen and (document := tag_document(reader, tag)):
            on = {name: value for name, value in entry.about.items() if name.endswith("_id")}
            yield entry, {"Tag": {**document["Tag"], **on}}


def known_tag_document(reader: StreamReader, tag: Tag) -> Document | None:
    return tag_document(reader, tag) if named_tags(reader.actor).filter(pk=tag.pk).exists() else None


def tag_document(_reader: StreamReader, tag: Tag) -> Document | None:
    members = ("name", "colour", "exportable", "is_galaxy", "local_only")
    return {"Tag": _members(tag, members)} if tag.exportable else None


def user_document(reader: StreamReader, user: User) -> Document | None:
    # The members that MISP sends, and never password or keys.
    if not reader.sees_organisation(user.org_id):
        return None
    members = _members(user, ("email", "disabled", "autoalert", "contactalert"))
    return {"User": {**members, "org_id": str(user.org_id), "role_id": str(user.role_id)}}


def organisation_document(reader: StreamReader, organisation: Organisation) -> Document | None:
    members = _members(organisation, ("name", "type", "nationality", "sector", "local"))
    return {"Organisation": {**members, "uuid": str(organisation.uuid)}} if reader.actor.may_read else None


def warninglist_document(reader: StreamReader, listed: Warninglist) -> Document | None:
    members = _members(listed, ("name", "type", "description", "enabled", "category"))
    return {"Warninglist": {**members, "version": str(listed.version)}} if reader.actor.may_read else None


def log_document(reader: StreamReader, entry: AuditEntry) -> Document | None:
    if not reader.sees_organisation(entry.organisation_id):
        return None
    return {
        "Log": {
            "id": str(entry.pk),
            "created": f"{entry.created:%Y-%m-%d %H:%M:%S}",
            "action": act_of(entry),
            "model": model_of(entry),
            "model_id": str(entry.target_id or 0),
            "title": entry.title,
            "change": entry.change,
            "email": entry.actor_name,
            "user_id": str(entry.actor_id or 0),
            "org_id": str(entry.organisation_id or 0),
            "ip": entry.address,
        }
    }


def _members(row: Model, names: Sequence[str]) -> Document:
    return {"id": str(row.pk), **{name: getattr(row, name) for name in names}}


type Writer = Callable[[StreamReader, Any], Document | None]

ROWS: dict[str, tuple[Callable[[], QuerySet[Any]], Writer]] = {
    topics.USER: (User.objects.all, user_document),
    topics.ORGANISATION: (Organisation.objects.all, organisation_document),
    topics.WARNINGLIST: (Warninglist.objects.all, warninglist_document),
    topics.TAG: (Tag.objects.all, known_tag_document),
    topics.AUDIT: (AuditEntry.objects.all, log_document),
}
NOUNS = {
    topics.USER: "User",
    topics.ORGANISATION: "Organisation",
    topics.WARNINGLIST: "Warninglist",
    topics.TAG: "Tag",
    topics.AUDIT: "Log",
}
