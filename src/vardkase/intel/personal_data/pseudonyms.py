"""Pseudonyms: the same for the same detail within an event, and of no use in another or without the hub's key."""

from __future__ import annotations

import hashlib
import re
from uuid import UUID

from django.conf import settings

from vardkase.intel.personal_data.kinds import PersonalDataKind

_PSEUDONYM = re.compile(r"pseudonym-[0-9a-f]{12}(?:@pseudonym\.invalid)?")


def pseudonym(event_uuid: UUID, kind: PersonalDataKind, detail: str, *, is_value: bool = False) -> str:
    """`is_value`: it stands for the whole value of an attribute, whose type may ask for the form of an address."""
    key = hashlib.sha256(f"vardkase pseudonyms {event_uuid} {settings.SECRET_KEY}".encode()).digest()
    same = " ".join(detail.casefold().split())
    digest = hashlib.blake2b(f"{kind} {same}".encode(errors="replace"), digest_size=6, key=key).hexdigest()
    domain = "@pseudonym.invalid" if is_value and kind is PersonalDataKind.EMAIL else ""
    return f"pseudonym-{digest}{domain}"


def is_pseudonym(value: str) -> bool:
    return _PSEUDONYM.fullmatch(value) is not None
