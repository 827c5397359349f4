"""The visibility rule: who may read which intelligence. Defined only here.

The rule (as in MISP 2.5):

* an event is readable by its owning organisation, and by others when it is published for them (or the installation
  shows unpublished events, membership is not in use, and the owner does not hide its own) and its distribution
  is 1, 2 or 3, or 4 and the reader is in the sharing group; also by the organisation that is asked to take it
  over, for as long as that request is open; one that is withheld, because something in it must not be shared
  here, by its owner alone;
* an event in quarantine is readable by nobody: not by its owner, site administrators or operators with content access;
  nor is analyst data about it or its parts;
* while changes in it wait to be published, those others read its last published version on the pages
  (`last_version_predicate`), as far as both it and the event as it is name them, and each part likewise;
* a part of an event (object, attribute, report) is readable when its event is, and either the event is the
  reader's own or the part's distribution is 1, 2, 3 or 5 (as the event), or 4 and the reader is in the group;
  an attribute in an object also needs the object;
* a galaxy or cluster that people made is readable by its owning organisation and by those its own distribution
  names, published or not (publishing sends it to other instances); packaged ones have distribution 3; a cluster
  also needs its galaxy, a relation between clusters also its source cluster;
* a collection is readable by its owning organisation and by those its own distribution names;
* analyst data is readable by its owning organisation and by those its own distribution names, whatever it is
  about; with distribution 5 by those who may read what it is about; what somebody said of a thing here that they may
  not read (`detached`) by their own organisation alone; without a ground for data on offences, only on what is readable
  too, or does not exist here;
* attributes and reports marked as personal data on offences, objects whose comment is, and events whose title or tags
  are, are readable to the event's owner, and to others while their organisation has a legal ground for it
  (`offence_data`); so are proposals, comments on them, notes and opinions to their authors, proposals to the event's
  owner too;
* site administrators read everything else; an organisation whose `may_read` is off reads nothing;
* an operator with content access that was granted (`content_access`) reads the events that are on record as read in the
  request, and their parts, as an analyst of the hub's own organisation would; nothing that is not part of an event;
* the other end of a connection (`connection_scope`) reads no more than may go over it: what the rules let through, and
  analyst data only on what it may read too, or on what does not exist here. It may read what its own organisation
  owns, unless a push asks (`owns`).

Every function returns SQL for a WHERE clause over named aliases, with parameters named ``reader_…``. A check
of one thing is the same predicate with ``AND id = …``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.conf import settings

from vardkase.identity.access import offence_data
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.connection_scope import (
    COMMUNITY,
    attribute_passes,
    cluster_passes,
    event_passes,
    made_thing_passes,
    report_passes,
)
from vardkase.identity.access.group_times import published_for_groups
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.access.quarantined import QUARANTINED


def reader_parameters(actor: Actor) -> dict[str, Any]:
    """The parameters that every predicate in this module needs."""
    reader = _reader(actor)
    return {"reader_org": reader.organisation_id, "reader_groups": list(reader.sharing_group_ids)}


def numbers_written_in(predicate: str, actor: Actor) -> str:
    """`predicate` with the reader's parameters (numbers) inlined, for Django querysets."""
    reader = _reader(actor)
    groups = ",".join(str(int(number)) for number in reader.sharing_group_ids)
    written = {"reader_org": str(int(reader.organisation_id)), "reader_groups": f"'{{{groups}}}'::bigint[]"}
    return predicate % written


def for_each_reader(predicate: Callable[[Actor], str], reader: str = "r") -> str:
    """SQL of `predicate`, evaluated for each row of `reader` (columns `org_id`, `group_ids`, `sees_all`).

    For mass delivery: a row represents the people of one organisation that may read at all; `group_ids` is
    the result of `sharing_group_ids`, and `sees_all` is true for site administrators.
    """
    of_row = {"reader_org": f"{reader}.org_id", "reader_groups": f"{reader}.group_ids"}
    everything, condition = predicate(SITE_ADMIN) % of_row, predicate(NOBODY_SPECIAL) % of_row
    return f"({reader}.sees_all AND {everything} OR {condition})"


def event_predicate(actor: Actor, event: str = "e", *, once_published: bool = False) -> str:
    """SQL for events (alias `event`) that the actor may read, or with `once_published` could if they were published."""
    if actor.has_content_access:
        return _opened(actor, event, event_predicate(_reader(actor), event))
    if not actor.may_read:
        return "FALSE"
    if actor.is_site_admin:
        return f"NOT {event}.quarantined"
    # What a push sends is published, whatever readers here may see.
    is_push = actor.connection_scope is not None and not actor.connection_scope.owns
    published = published_for_groups(event)
    if not (settings.VARDKASE_UNPUBLISHED_PRIVATE or is_push):
        published = f"({published} OR NOT EXISTS ({IN_USE}) AND {event}.org_id NOT IN ({HIDING}))"
    published = "TRUE" if once_published else published
    others = f"(NOT {event}.withheld AND {published} AND {_named(actor, event)})"
    # People are asked to take an event over; the other end of a connection must not read it for that.
    if actor.connection_scope is None:
        others += f" OR {event}.id IN ({DELEGATED})"
    others = f"({others}){offence_data.event_without_offence(actor, event)}"
    read = _owned_or(actor, event, others, event_passes(actor.connection_scope, event))
    return f"(NOT {event}.quarantined AND {read})"


def last_version_predicate(actor: Actor, event: str = "e") -> str:
    """SQL for events that the actor may not read as they are, only because changes in them wait to be published.

    People read the last published version of these (`intel.queries.last_version`), as far as it was for them;
    nothing else does.
    """
    is_person = actor.may_read and actor.content_access is None and actor.connection_scope is None
    if not is_person or actor.is_site_admin:
        return "FALSE"
    waits = f"({event}.being_changed OR {event}.published)"
    reached = event_predicate(actor, event, once_published=True)
    return f"({waits} AND {reached} AND NOT {event_predicate(actor, event)})"


def version_predicate(actor: Actor, version: str = "v") -> str:
    """SQL for published versions (columns `distribution`, `sharing_group_id`, as the event's were) that were for the
    actor; those of which that is not on record were for nobody."""
    return f"coalesce({_named(actor, version)}{offence_data.version_without_offence(actor, version)}, FALSE)"


def part_predicate(actor: Actor, part: str, event: str = "e") -> str:
    if actor.has_content_access:
        return _opened(actor, event, part_predicate(_reader(actor), part, event))
    if not actor.may_read:
        return "FALSE"
    if actor.is_site_admin:
        return "TRUE"
    return _owned_or(actor, event, _shared(actor, part))


def attribute_predicate(actor: Actor, attribute: str = "a", event: str = "e", *, key: str = "id") -> str:
    """SQL for attributes, or rows with their columns `object_id`, `distribution`, `sharing_group_id`, and the
    attribute's id in the column `key`."""
    if actor.has_content_access:
        return _opened(actor, event, attribute_predicate(_reader(actor), attribute, event, key=key))
    if not actor.may_read:
        return "FALSE"
    if actor.is_site_admin:
        return "TRUE"
    in_visible_object = (
        f"EXISTS (SELECT 1 FROM object visible WHERE visible.id = {attribute}.object_id "
        f"AND {_shared(actor, 'visible')}{offence_data.object_without_offence(actor, 'visible', event)})"
    )
    shared = f"{_shared(actor, attribute)} AND ({attribute}.object_id IS NULL OR {in_visible_object})"
    shared += offence_data.attribute_without_offence(actor, attribute, event, key)
    return _owned_or(actor, event, shared, attribute_passes(actor.connection_scope, attribute, key))


def object_predicate(actor: Actor, object_: str = "o", event: str = "e") -> str:
    """SQL for an object of an event that itself passes `event_predicate`."""
    if actor.has_content_access:
        return _opened(actor, event, object_predicate(_reader(actor), object_, event))
    if actor.is_site_admin or not actor.may_read:
        return part_predicate(actor, object_, event)
    shared = _shared(actor, object_) + offence_data.object_without_offence(actor, object_, event)
    return _owned_or(actor, event, shared)


def report_predicate(actor: Actor, report: str, event: str = "e") -> str:
    """SQL for a report of an event that itself passes `event_predicate`."""
    if actor.has_content_access or actor.is_site_admin or not actor.may_read:
        return part_predicate(actor, report, event)
    shared = _shared(actor, report) + offence_data.report_without_offence(actor, report, event)
    return _owned_or(actor, event, shared, report_passes(actor.connection_scope, report))


def galaxy_predicate(actor: Actor, galaxy: str = "g") -> str:
    return part_predicate(actor, galaxy, event=galaxy) if actor.may_read else "FALSE"


def cluster_predicate(actor: Actor, cluster: str = "c") -> str:
    if not actor.may_read:
        return "FALSE"
    if actor.is_site_admin:
        return part_predicate(actor, cluster, event=cluster)
    in_visible_galaxy = (
        f"EXISTS (SELECT 1 FROM galaxy within WHERE within.id = {cluster}.galaxy_id "
        f"AND {galaxy_predicate(actor, 'within')})"
    )
    own = _owned_or(actor, cluster, _shared(actor, cluster), cluster_passes(actor.connection_scope, cluster))
    return f"({own} AND {in_visible_galaxy})"


def relation_predicate(actor: Actor, relation: str = "r", cluster: str = "c") -> str:
    """SQL for relations between clusters; `cluster` is the alias of the relation's source."""
    if not actor.may_read:
        return "FALSE"
    own = part_predicate(actor, relation, event=cluster)
    return f"({own} AND {cluster_predicate(actor, cluster)})"


def collection_predicate(actor: Actor, collection: str = "c") -> str:
    """SQL for collections; their elements have their own distribution."""
    if not actor.may_read:
        return "FALSE"
    if actor.is_site_admin:
        return part_predicate(actor, collection, event=collection)
    passes = made_thing_passes(actor.connection_scope, collection)
    return _owned_or(actor, collection, _shared(actor, collection), passes)


def analyst_data_predicate(actor: Actor, said: str = "n") -> str:
    if not actor.may_read:
        return "FALSE"
    kept = f"{said}.object_uuid NOT IN ({QUARANTINED})"
    if actor.is_site_admin:
        return kept
    named = f"{_named(actor, said)} OR ({said}.distribution = 5 AND {_inherits(actor, said)})"
    others = f"NOT {said}.detached AND ({named}){offence_data.said_without_offence(actor, said)}"
    if actor.connection_scope is None:
        others = f"({others}){offence_data.or_has_ground(actor, about_nothing_hidden(actor, said))}"
        return f"({kept} AND {_owned_or(actor, said, others)})"
    passes = f"{made_thing_passes(actor.connection_scope, said)} AND {about_nothing_hidden(actor, said)}"
    return f"({kept} AND {_owned_or(actor, said, others, passes)})"


def _inherits(actor: Actor, said: str) -> str:
    """SQL: the actor may read the target of analyst data, up the chain as far as each level inherits."""
    unmarked = offence_data.said_without_offence(actor, "above")
    of_what = " ".join(
        f"WHEN '{kind}' THEN EXISTS (SELECT 1 FROM {table} WHERE {visible} AND part.uuid = up.object_uuid)"
        for kind, (table, visible) in _targets(actor).items()
    )
    return (
        f"EXISTS ({UP.format(said=said, further='AND next.distribution = 5')} "
        f"SELECT 1 FROM up WHERE CASE up.object_type {of_what} "
        f"ELSE up.object_type IN {ANALYST_DATA} AND EXISTS (SELECT 1 FROM analyst_data above "
        f"WHERE above.uuid = up.object_uuid AND {_owned_or(actor, 'above', _named(actor, 'above') + unmarked)}) END)"
    )


def about_nothing_hidden(actor: Actor, said: str) -> str:
    """SQL: no target up the chain of analyst data exists here without being readable."""
    of_what = " ".join(
        f"WHEN '{kind}' THEN EXISTS (SELECT 1 FROM {table} WHERE NOT {visible} AND part.uuid = up.object_uuid)"
        for kind, (table, visible) in _targets(actor).items()
    )
    inherits_or_named = f"(above.distribution = 5 OR {_named(actor, 'above')})"
    inherits_or_named += offence_data.said_without_offence(actor, "above")
    return (
        f"NOT EXISTS ({UP.format(said=said, further='')} "
        f"SELECT 1 FROM up WHERE CASE up.object_type {of_what} "
        f"ELSE up.object_type IN {ANALYST_DATA} AND EXISTS (SELECT 1 FROM analyst_data above "
        f"WHERE above.uuid = up.object_uuid AND NOT {_owned_or(actor, 'above', inherits_or_named)}) END)"
    )


def _targets(actor: Actor) -> dict[str, tuple[str, str]]:
    """The possible targets of analyst data other than analyst data: table as `part`, and read predicate."""
    of_event = event_predicate(actor, "within")
    in_event = "part JOIN event within ON within.id = part.event_id"
    return {
        "Event": ("event part", event_predicate(actor, "part")),
        "Attribute": (
            f"attribute {in_event}",
            f"({of_event} AND {attribute_predicate(actor, 'part', 'within')})",
        ),
        "Object": (f"object {in_event}", f"({of_event} AND {object_predicate(actor, 'part', 'within')})"),
        "EventReport": (
            f"event_report {in_event}",
            f"({of_event} AND {report_predicate(actor, 'part', 'within')})",
        ),
        "Galaxy": ("galaxy part", galaxy_predicate(actor, "part")),
        "GalaxyCluster": ("galaxy_cluster part", cluster_predicate(actor, "part")),
        "Collection": ("collection part", collection_predicate(actor, "part")),
        "SharingGroup": ("sharing_group part", "part.id = ANY(%(reader_groups)s)"),
        "Organisation": ("organisation part", "TRUE"),
    }


def deleted_predicate(actor: Actor, part: str, event: str = "e") -> str:
    """SQL that hides soft-deleted parts from all but the owner organisation and sync users."""
    actor = _reader(actor)
    if actor.is_site_admin or "perm_sync" in actor.permissions:
        return "TRUE"
    return f"(NOT {part}.deleted OR {event}.org_id = %(reader_org)s)"


def sighting_predicate(
    actor: Actor, *, reporters: bool, host_org: int | None, sighting: str = "s", event: str = "e"
) -> str:
    """SQL for sightings of attributes that pass `attribute_predicate`, where not everyone sees all of them.

    The event's owner sees all, everyone their own; with `reporters` also any organisation that has reported
    one in the event; with `host_org` everyone those of that organisation (as in MISP 2.5).
    """
    actor = _reader(actor)
    if actor.is_site_admin:
        return "TRUE"
    seen = [f"{event}.org_id = %(reader_org)s", f"{sighting}.org_id = %(reader_org)s"]
    if reporters:
        seen.append(
            f"EXISTS (SELECT 1 FROM sighting own WHERE own.event_id = {event}.id AND own.org_id = %(reader_org)s)"
        )
    if host_org is not None:
        seen.append(f"{sighting}.org_id = {int(host_org)}")
    return f"({' OR '.join(seen)})"


def proposal_predicate(actor: Actor, proposal: str = "s", attribute: str = "a", event: str = "e") -> str:
    """SQL for proposals of an event that passes `event_predicate`: one for an attribute needs access to it.

    `attribute` is the alias of that attribute, outer joined. What has become of their own proposal its makers read
    even if the attribute has been deleted.
    """
    remains = f"{deleted_predicate(actor, attribute, event)} OR {proposal}.org_id = %(reader_org)s"
    about = f"{attribute_predicate(actor, attribute, event)} AND ({remains})"
    readable = f"({proposal}.attribute_id IS NULL OR ({about}))"
    reader = _reader(actor)
    if reader.is_site_admin or not (
        unmarked := offence_data.proposal_without_offence(reader, proposal, event)
    ):
        return readable
    # As for every part, those who own it read it anyhow, unless a push asks.
    own = f"{proposal}.org_id = %(reader_org)s OR {_owned_or(reader, event, f'TRUE{unmarked}')}"
    if reader.connection_scope is not None and not reader.connection_scope.owns:
        own = f"TRUE{unmarked}"
    return f"({readable} AND ({own}))"


def restricted(actor: Actor, part: str) -> str:
    """SQL for parts that a reader of the event may still not be allowed to read; partial indexes cover them."""
    if actor.connection_scope is None:
        return f"{part}.distribution IN (0, 4)"
    return f"{part}.distribution NOT IN ({_distributions(actor)}, 5)"


def ruled_out(actor: Actor, attribute: str) -> str:
    """SQL for attributes that the rules of the reader's connection exclude, whatever their distribution."""
    passes = attribute_passes(actor.connection_scope, attribute, "id")
    return "FALSE" if passes == "TRUE" else f"NOT {passes}"


def _reader(actor: Actor) -> Actor:
    return (
        actor.content_access.reader
        if actor.content_access is not None and actor.has_content_access
        else actor
    )


def _opened(actor: Actor, event: str, visible: str) -> str:
    opened = sorted(actor.content_access.opened) if actor.content_access is not None else []
    ids = ", ".join(str(int(event_id)) for event_id in opened)
    return f"({event}.id IN ({ids}) AND {visible})" if ids else "FALSE"


def _owned_or(actor: Actor, thing: str, others: str, passes: str = "TRUE") -> str:
    """SQL: the reader's organisation owns `thing`; or `others` and the rules of its connection (`passes`)
    hold."""
    limited = f"({others})" if passes == "TRUE" else f"(({others}) AND {passes})"
    if actor.connection_scope is not None and not actor.connection_scope.owns:
        return limited
    return f"({thing}.org_id = %(reader_org)s OR {limited})"


def _shared(actor: Actor, part: str) -> str:
    return f"({part}.distribution IN ({_distributions(actor)}, 5) OR {_in_group(part)})"


def _named(actor: Actor, part: str) -> str:
    return f"({part}.distribution IN ({_distributions(actor)}) OR {_in_group(part)})"


def _distributions(actor: Actor) -> str:
    reaching = COMMUNITY if actor.connection_scope is None else actor.connection_scope.distributions
    return ", ".join(str(int(distribution)) for distribution in reaching)


def _in_group(part: str) -> str:
    return f"({part}.distribution = 4 AND {part}.sharing_group_id = ANY(%(reader_groups)s))"


# None is correlated with the outer row, so that each is evaluated once per statement, and only if the other conditions
# do not decide.
DELEGATED = "SELECT asked.event_id FROM event_delegation asked WHERE asked.org_id = %(reader_org)s"
IN_USE = "SELECT 1 FROM membership_in_use"
HIDING = "SELECT hiding.id FROM organisation hiding WHERE hiding.hides_unpublished"
# Without rights of its own: `for_each_reader` fills in those of each row.
NOBODY_SPECIAL = Actor(None, "", 0, "", frozenset(), Credential.JOB)
SITE_ADMIN = replace(NOBODY_SPECIAL, permissions=frozenset({Permission.SITE_ADMIN}))
ANALYST_DATA = "('Note', 'Opinion', 'Relationship')"

# Up the chain of what analyst data is about: itself, what that is about if it is analyst data too, and so on. UNION
# drops what was reached before, so that a circle ends.
UP = (
    "WITH RECURSIVE up AS (SELECT {said}.object_type, {said}.object_uuid UNION "
    "SELECT next.object_type, next.object_uuid FROM up JOIN analyst_data next "
    f"ON next.uuid = up.object_uuid {{further}} AND up.object_type IN {ANALYST_DATA})"
)
