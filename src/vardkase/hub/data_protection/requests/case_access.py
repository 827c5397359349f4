"""Who reads the case file of a request: its letters tell of a person."""

from __future__ import annotations

from django.db.models import Q

from vardkase.hub.case_files.access import ALL, NONE, CaseAccess
from vardkase.hub.data_protection.requests.rules import is_handler
from vardkase.identity.access.actor import Actor


def _readable(actor: Actor) -> Q:
    return ALL if is_handler(actor) else NONE


ACCESS = CaseAccess(readable=_readable)
