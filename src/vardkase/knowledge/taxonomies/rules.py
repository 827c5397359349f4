"""Rules for tags: names and colours, and who may attach which tag."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.knowledge.taxonomies.models import Tag

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
LONGEST_NAME = 2_000
"""Bytes of UTF-8: a name is in a unique index, whose entries PostgreSQL limits to 2,704 bytes."""

LARGEST_NUMBER = 2**31 - 1
# The value may contain quotes and colons; the namespace ends with the first colon.
MACHINE_TAG = re.compile(r'(?P<namespace>[^:="]+):(?P<predicate>[^="]+)(?:="(?P<value>[^\n]*)")?')


@dataclass(frozen=True, slots=True)
class MachineTag:
    """``namespace:predicate`` or ``namespace:predicate="value"``."""

    namespace: str
    predicate: str
    value: str | None = None

    def __str__(self) -> str:
        start = f"{self.namespace}:{self.predicate}"
        return start if self.value is None else f'{start}="{self.value}"'


def parse_machine_tag(name: str) -> MachineTag | None:
    match = MACHINE_TAG.fullmatch(name)
    return MachineTag(match["namespace"], match["predicate"], match["value"]) if match else None


def is_possible_name(name: str) -> bool:
    try:
        size = len(name.encode())
    except UnicodeEncodeError:  # Half a surrogate pair, which JSON can spell.
        return False
    return bool(name.strip()) and "\0" not in name and size <= LONGEST_NAME


def colour_of(name: str) -> str:
    """The default colour of a tag: always the same for the same name, as in MISP."""
    return "#" + hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:6]


def may_use(actor: Actor, tag: Tag) -> bool:
    if actor.is_site_admin:
        return True
    return tag.org_id in (0, actor.organisation_id) and tag.user_id in (0, actor.user_id)


def may_change(actor: Actor, tag: Tag) -> bool:
    """A tag that is reserved for one's own organisation is changed by its tag editors. The others may be in use by
    anybody: site administrators change them, and those who made one, while it is unused (`queries.correctable`)."""
    if actor.is_site_admin:
        return True
    is_ours = tag.org_id == actor.organisation_id and tag.user_id in (0, actor.user_id)
    return is_ours and actor.may(Permission.TAG_EDITOR)


def maker_of(actor: Actor) -> int:
    """The owner of a tag the actor creates: its organisation; everyone (0) for a site administrator.

    Jobs and connections also run as administrators, with tags named by others: those belong to the
    organisation.
    """
    is_person = actor.user_id is not None and actor.credential in (Credential.API_KEY, Credential.BROWSER)
    return 0 if actor.is_site_admin and is_person and not actor.is_connection else actor.organisation_id
