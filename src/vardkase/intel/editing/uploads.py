"""Uploads files to an event, each as an attribute of its own."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from vardkase.core.errors import Invalid
from vardkase.identity.access.actor import Actor
from vardkase.intel.editing.attributes import add_attributes


@transaction.atomic
def add_attachments(
    actor: Actor,
    event_id: int,
    uploads: Sequence[tuple[str, bytes]],
    about: Mapping[str, Any],
    *,
    malware: bool,
) -> None:
    """Add (name, content) files as attachments, or as encrypted malware samples; all or none.

    Raises NotFound, NotYours, Invalid (the first rejected file's field errors). No files change nothing.
    """
    if not uploads:
        return
    common = {
        "category": "Payload delivery",
        **about,
        "type": "malware-sample" if malware else "attachment",
        "encrypt": malware,
    }
    documents = [
        {**common, "value": name, "data": base64.b64encode(content).decode()} for name, content in uploads
    ]
    added = add_attributes(actor, event_id, documents)
    if added.rejections:
        raise Invalid(next(iter(added.rejections.errors.values())))
