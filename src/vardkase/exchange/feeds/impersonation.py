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
"""Statement about a part → the member with a block about its author, and the one with only the author's uuid."""
GROUP_MEMBERS = frozenset(("SharingGroup", "sharing_group_id"))

type Statement = tuple[str, dict[str, Any]]
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
    members = _other_members(feed)
    # Without a creator, the event would be stored in the name of the fetching administrator's organisation.
    speaks = not named or members.filter(uuid=named).exists()
    guarded = Q(orgc__in=members) | Q(locked=True) | Q(protected=True)
    if speaks or Event.objects.filter(guarded, uuid=document["uuid"]).exists():
        raise Forbidden(FeedProblem.GUARDED_EVENT())


def without_claims(feed: Feed, event: dict[str, Any]) -> dict[str, Any]:
    """The event without content claimed in the name of members, or of nobody, and without sharing groups.

    Content of other organisations stays, unless their uuid is a member's. What is shared with a group becomes
    visible to the hub's own organisation only.
    """
    statements = list(_statements_in(event))
    speakers = {speaker for statement in statements for speaker in _speakers_of(*statement)}
    uuids = {uuid for _, document in statements if (uuid := _uuid(document.get("uuid")))}
    members = _other_members(feed)
    barred = {str(uuid) for uuid in members.filter(uuid__in=speakers).values_list("uuid", flat=True)}
    # A statement under the uuid of a member's would be taken as a new version of that.
    theirs = AnalystData.objects.filter(uuid__in=uuids, orgc__in=members).values_list("uuid", flat=True)
    kept: dict[str, Any] = _without_claims(event, barred, {str(uuid) for uuid in theirs})
    return kept


def _other_members(feed: Feed) -> Any:
    return Organisation.objects.filter(local=True).exclude(pk=feed.orgc_id or 0)


def _statements_in(value: Any) -> Iterator[Statement]:
    if isinstance(value, list):
        for item in value:
            yield from _statements_in(item)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in SPEAKERS:
                yield from ((name, part) for part in _parts(name, inner))
            yield from _statements_in(inner)


def _without_claims(value: Any, barred: set[str], theirs: set[str]) -> Any:
    if isinstance(value, list):
        return [_without_claims(item, barred, theirs) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for name, inner in value.items():
        if name in SPEAKERS:
            parts = []
            for part in _parts(name, inner):
                speakers = set(_speakers_of(name, part))
                # What nobody says would be stored in the name of the fetching administrator.
                if speakers and not speakers & barred and _uuid(part.get("uuid")) not in theirs:
                    parts.append(part)
            kept[name] = _without_claims(parts, barred, theirs)
        elif name not in GROUP_MEMBERS:
            kept[name] = _without_claims(inner, barred, theirs)
    if as_int(kept.get("distribution")) == Distribution.SHARING_GROUP:
        kept["distribution"] = int(Distribution.ORGANISATION)
    return kept


def _speakers_of(kind: str, document: dict[str, Any]) -> Iterator[str]:
    block, alone = SPEAKERS[kind]
    for reference in (_block(document, block).get("uuid"), document.get(alone)):
        if uuid := _uuid(reference):
            yield uuid


def _parts(kind: str, listed: Any) -> list[dict[str, Any]]:
    parts = [part for _, part in numbered_parts(listed, kind) if isinstance(part, dict)]
    return [_block(part, kind) or part for part in parts]


def _block(document: dict[str, Any], name: str) -> dict[str, Any]:
    block = document.get(name)
    return block if isinstance(block, dict) else {}


def _uuid(value: Any) -> str:
    try:
        return str(UUID(str(value)))
    except ValueError:
        return ""
