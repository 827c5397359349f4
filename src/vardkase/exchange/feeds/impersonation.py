"""Checks on feed content: no feed may speak for a member or bring in sharing groups.

Feeds are fetched with a site administrator's rights, so what they may not say is taken out before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q

from vardkase.core.errors import Forbidden
from vardkase.exchange.feeds.models import Feed
from vardkase.exchange.feeds.problems import FeedProblem
from vardkase.exchange.servers.confirmation import speaks_as_member
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.kernel.attribute_assembler import numbered_parts
from vardkase.intel.models import Event
from vardkase.misp.analyst_data import KINDS
from vardkase.misp.distribution import Distribution
from vardkase.misp.flags import as_int

SPEAKERS = {
    "Sighting": ("Organisation", ""),
    "ShadowAttribute": ("Org", "org_uuid"),
    **dict.fromkeys(KINDS, ("Orgc", "orgc_uuid")),
}
"""What others say of a part → the member that is a block about who says it, and the one that is only its uuid."""
OF_GROUPS = frozenset(("SharingGroup", "sharing_group_id"))

type Said = tuple[str, dict[str, Any]]
"""One of `SPEAKERS`, and the document."""


def speaks_for_member(feed: Feed) -> bool:
    """True for a feed whose events would be created in a member's name, once membership is in use.

    The person who sets up a feed chooses its organisation alone, unchecked. Feeds without an organisation use
    the hub owner's.
    """
    return feed.orgc is not None and feed.orgc.pk != host_organisation_id() and speaks_as_member(feed.orgc)


def require_own_name(feed: Feed) -> None:
    if speaks_for_member(feed):
        raise Forbidden(FeedProblem.NAME_OF_A_MEMBER())


def require_no_members_event(event_id: int) -> None:
    """Raise Forbidden for an event created by a member: once membership is in use, feeds may not add to it."""
    creator = Organisation.objects.get(pk=Event.objects.values("orgc_id").get(pk=event_id)["orgc_id"])
    if creator.pk != host_organisation_id() and speaks_as_member(creator):
        raise Forbidden(FeedProblem.NAME_OF_A_MEMBER())


def refuse_impostor(feed: Feed, document: dict[str, Any]) -> None:
    """Raise Forbidden for a document that names a member, or nobody, as its creator, or would change a
    guarded event.

    Guarded are members' events, events that came over a connection (a feed would decide anew who may see
    them), and protected ones, which only signed documents change.
    """
    require_own_name(feed)
    named = _uuid(_block(document, "Orgc").get("uuid"))
    members = _members(feed)
    speaks = not named or members.filter(uuid=named).exists()
    guarded = Q(orgc__in=members) | Q(locked=True) | Q(protected=True)
    if speaks or Event.objects.filter(guarded, uuid=document["uuid"]).exists():
        raise Forbidden(FeedProblem.GUARDED_EVENT())


def without_claims(feed: Feed, event: dict[str, Any]) -> dict[str, Any]:
    """The event without content claimed in the name of members, or of nobody, and without sharing groups.

    Content of other organisations stays, unless their uuid is a member's. What is shared with a group becomes
    visible to the hub's own organisation only.
    """
    said = list(_said(event))
    speakers = {speaker for each in said for speaker in _named(*each)}
    uuids = {uuid for _, document in said if (uuid := _uuid(document.get("uuid")))}
    members = _members(feed)
    barred = {str(uuid) for uuid in members.filter(uuid__in=speakers).values_list("uuid", flat=True)}
    theirs = AnalystData.objects.filter(uuid__in=uuids, orgc__in=members).values_list("uuid", flat=True)
    kept: dict[str, Any] = _kept(event, barred, {str(uuid) for uuid in theirs})
    return kept


def _members(feed: Feed) -> Any:
    return Organisation.objects.filter(local=True).exclude(pk=feed.orgc_id or 0)


def _said(value: Any) -> Iterator[Said]:
    if isinstance(value, list):
        for each in value:
            yield from _said(each)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in SPEAKERS:
                yield from ((name, part) for part in _parts(name, inner))
            yield from _said(inner)


def _kept(value: Any, barred: set[str], theirs: set[str]) -> Any:
    if isinstance(value, list):
        return [_kept(each, barred, theirs) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for name, inner in value.items():
        if name in SPEAKERS:
            parts = [part for part in _parts(name, inner) if _may_say(name, part, barred, theirs)]
            kept[name] = _kept(parts, barred, theirs)
        elif name not in OF_GROUPS:
            kept[name] = _kept(inner, barred, theirs)
    if as_int(kept.get("distribution")) == Distribution.SHARING_GROUP:
        kept["distribution"] = int(Distribution.ORGANISATION)
    return kept


def _may_say(kind: str, document: dict[str, Any], barred: set[str], theirs: set[str]) -> bool:
    speakers = set(_named(kind, document))
    return bool(speakers) and not speakers & barred and _uuid(document.get("uuid")) not in theirs


def _named(kind: str, document: dict[str, Any]) -> Iterator[str]:
    block, alone = SPEAKERS[kind]
    for given in (_block(document, block).get("uuid"), document.get(alone)):
        if uuid := _uuid(given):
            yield uuid


def _parts(kind: str, given: Any) -> list[dict[str, Any]]:
    parts = [part for _, part in numbered_parts(given, kind) if isinstance(part, dict)]
    return [_block(part, kind) or part for part in parts]


def _block(document: dict[str, Any], name: str) -> dict[str, Any]:
    block = document.get(name)
    return block if isinstance(block, dict) else {}


def _uuid(given: Any) -> str:
    try:
        return str(UUID(str(given)))
    except ValueError:
        return ""
