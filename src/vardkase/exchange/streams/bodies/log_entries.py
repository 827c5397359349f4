"""Entries of the audit log for a SIEM: in the Common Event Format, and in the Elastic Common Schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

import msgspec
from django.utils.translation import override

from vardkase.audit.actions import find_action
from vardkase.audit.models import AuditEntry
from vardkase.exchange.outbox.models import Entry
from vardkase.exchange.streams.bodies import cef, ecs
from vardkase.exchange.streams.bodies.reader import StreamReader
from vardkase.exchange.streams.models import Format

LONGEST = 4_000
"""Characters of a custom text in CEF; what is longer is cut off."""
REFUSED = ("refused", "failed")
SEVERITY = {True: 7, False: 3}
"""Of what was refused or failed, and of everything else: 0 to 10."""


def log_bodies(reader: StreamReader, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes]]:
    """The message of each entry that the reader may see, in the format of its stream."""
    write = WRITERS[reader.stream.format]
    found = AuditEntry.objects.in_bulk([entry.subject_id for entry in entries if entry.subject_id])
    for entry in entries:
        row = found.get(entry.subject_id or 0)
        if row is not None and reader.sees_organisation(row.organisation_id):
            yield entry, write(row)


def _cef(entry: AuditEntry) -> bytes:
    action = find_action(entry.action)
    with override("en"):  # Rules of a SIEM match it, whatever language the hub speaks.
        title = str(action.text) if action else entry.action
    extension = {
        "rt": str(int(entry.created.timestamp() * 1000)),
        "externalId": str(entry.pk),
        "cat": "audit",
        "act": entry.action,
        "suid": str(entry.actor_id or ""),
        "suser": entry.actor_name,
        **cef.address("s", entry.address or "", ""),
        "msg": entry.title,
        "cs1Label": "target",
        "cs1": f"{entry.target_kind} {entry.target_id or ''}".strip(),
        "cs2Label": "organisation",
        "cs2": str(entry.organisation_id or 0),
        "cs3Label": "credential",
        "cs3": entry.credential,
        "cs4Label": "change" if entry.change else "",
        "cs4": json.dumps(entry.change, ensure_ascii=False)[:LONGEST] if entry.change else "",
    }
    severity = SEVERITY[entry.action.endswith(REFUSED)]
    return cef.line(entry.action, title, severity, extension)


def _ecs(entry: AuditEntry) -> bytes:
    document = {
        "@timestamp": f"{entry.created:%Y-%m-%dT%H:%M:%S.%f}Z",
        "ecs": {"version": ecs.VERSION},
        "message": entry.title,
        "event": {
            "id": str(entry.pk),
            "kind": "event",
            "module": "vardkase",
            "dataset": "vardkase.audit",
            "action": entry.action,
            "outcome": "failure" if entry.action.endswith(REFUSED) else "success",
        },
        "user": {"id": str(entry.actor_id or ""), "name": entry.actor_name},
        "organization": {"id": str(entry.organisation_id or 0)},
        "vardkase": {
            "credential": entry.credential,
            "target": {
                "kind": entry.target_kind,
                "id": str(entry.target_id or ""),
                "uuid": str(entry.target_uuid or ""),
            },
            "change": entry.change,
        },
        # Elastic refuses an empty one.
        **({"source": {"ip": entry.address}} if entry.address else {}),
    }
    return msgspec.json.encode(document)


WRITERS: dict[str, Callable[[AuditEntry], bytes]] = {Format.CEF: _cef, Format.ECS: _ecs}
