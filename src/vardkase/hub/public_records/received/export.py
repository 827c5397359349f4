"""The register as files for an authority's own registry (diarium), written while they are sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.translation import gettext

from vardkase.formats import csv
from vardkase.hub.public_records.received.queries import AvailableVersion

BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheets take a file that begins so for UTF-8."""
type Address = Callable[[str], str]


def as_csv(rows: Iterable[AvailableVersion], address: Address) -> Iterator[bytes]:
    head = [
        gettext("Number"),
        gettext("Made available"),
        gettext("Published"),
        gettext("Publisher"),
        gettext("Title"),
        gettext("Event"),
        gettext("Direction"),
        gettext("Reconstructed"),
        gettext("Address"),
    ]
    yield (BYTE_ORDER_MARK + csv.spreadsheet_line(head)).encode()
    for row in rows:
        line = [
            row.reference,
            row.available_at.isoformat(),
            row.published_at.isoformat(),
            row.publisher,
            row.info,
            str(row.event_uuid),
            gettext("Published by us") if row.is_own else gettext("Received from another"),
            gettext("Yes") if row.is_reconstructed else gettext("No"),
            address(row.reference),
        ]
        yield csv.spreadsheet_line(line).encode()


def as_json(rows: Iterable[AvailableVersion], address: Address) -> Iterator[bytes]:
    yield b"["
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n").encode()
        yield json.dumps(version_json(row) | {"address": address(row.reference)}, ensure_ascii=False).encode()
    yield b"\n]\n"


def version_json(row: AvailableVersion) -> dict[str, Any]:
    return {
        "number": row.reference,
        "available_at": row.available_at.isoformat(),
        "published_at": row.published_at.isoformat(),
        "publisher": row.publisher,
        "title": row.info if row.is_open else None,
        "event_uuid": str(row.event_uuid),
        "is_own": row.is_own,
        "is_reconstructed": row.is_reconstructed,
        "is_open": row.is_open,
    }
