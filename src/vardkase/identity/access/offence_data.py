"""The part of the visibility rule about personal data on offences (GDPR, article 10): who reads what is marked so.

Marks are kept by `intel.personal_data`. For an actor who may read them (`Actor.reads_offences`) there is no condition
at all, so that the gate costs authorities nothing. The conditions begin with AND.
"""

from __future__ import annotations

from vardkase.identity.access.actor import Actor

ATTRIBUTES = "('attribute', 'object-attribute', 'file-name', 'attribute-tag')"
REPORTS = "('report', 'report-tag')"
OBJECTS = "('object')"
PROPOSALS = "('proposal')"
PROPOSAL_COMMENTS = "('proposal-comment')"
WHOLE_EVENT = "('title', 'tag')"
"""Places of marks for which the whole event is not readable: every list and file names its title and tags."""

CONCERNS_OFFENCE = "(marked.says_offence OR marked.tagged_offence) AND marked.denied_at IS NULL"
HAVE_GROUND = "SELECT grounded.id FROM organisation grounded WHERE grounded.offence_period @> now()"


def attribute_without_offence(actor: Actor, attribute: str, event: str, key: str = "id") -> str:
    return _unless_marked(actor, f"marked.part_id = {attribute}.{key}", event, ATTRIBUTES)


def report_without_offence(actor: Actor, report: str, event: str) -> str:
    return _unless_marked(actor, f"marked.part_id = {report}.id", event, REPORTS)


def object_without_offence(actor: Actor, object_: str, event: str) -> str:
    return _unless_marked(actor, f"marked.part_id = {object_}.id", event, OBJECTS)


def proposal_without_offence(actor: Actor, proposal: str, event: str) -> str:
    return _unless_marked(actor, f"marked.part_id = {proposal}.id", event, PROPOSALS)


def proposal_comment_predicate(actor: Actor, comment: str = "c", event: str = "e") -> str:
    """SQL for comments on a proposal that is readable, for those who take part in the conversation."""
    if actor.is_site_admin:
        return "TRUE"
    unmarked = _unless_marked(actor, f"marked.part_id = {comment}.id", event, PROPOSAL_COMMENTS)
    return f"({comment}.org_id = %(reader_org)s OR TRUE{unmarked})"


def said_without_offence(actor: Actor, said: str) -> str:
    """For notes and opinions, which may be about nothing that is here."""
    marked = f"FROM personal_data_mark marked WHERE marked.analyst_data_id = {said}.id AND {CONCERNS_OFFENCE}"
    return _unless(actor, f"EXISTS (SELECT 1 {marked})")


def event_without_offence(actor: Actor, event: str) -> str:
    return _unless_marked(actor, "TRUE", event, WHOLE_EVENT)


def version_without_offence(actor: Actor, version: str) -> str:
    """For published versions whose title and tags were not about an offence; where it is not on record, they may
    have been."""
    return _unless(actor, f"({version}.offences IS NULL OR {version}.event_uuid = ANY({version}.offences))")


def offences_of_version(actor: Actor, version: str) -> str:
    """SQL for the UUIDs of what the actor may not read of a published version that is for them."""
    if actor.reads_offences:
        return "'{}'::uuid[]"
    offences = f"{version}.offences"
    if actor.reads_offences is False:
        return offences
    return f"CASE WHEN %(reader_org)s IN ({HAVE_GROUND}) THEN '{{}}' ELSE {offences} END"


def or_has_ground(actor: Actor, condition: str) -> str:
    """`condition`, for an actor who may not read what is marked."""
    if actor.reads_offences is None:
        return f" AND (%(reader_org)s IN ({HAVE_GROUND}) OR {condition})"
    return "" if actor.reads_offences else f" AND {condition}"


def marked_attributes(actor: Actor, event: str) -> str:
    """SELECT of the ids of attributes that are marked, or whose object is, for an actor who may not read them; empty
    for others."""
    if actor.reads_offences:
        return ""
    in_objects = "SELECT within.id FROM attribute within WHERE within.object_id IN "
    return (
        f"SELECT marked.part_id {_marks(event, ATTRIBUTES)} UNION ALL "
        f"{in_objects}(SELECT marked.part_id {_marks(event, OBJECTS)})"
    )


def _unless_marked(actor: Actor, part: str, event: str, places: str) -> str:
    return _unless(actor, f"EXISTS (SELECT 1 {_marks(event, places)} AND {part})")


def _unless(actor: Actor, concerns_offence: str) -> str:
    # A number, because PostgreSQL takes any condition with a subquery for true of half the rows, and would read all of
    # a large event for a page of it; of a number it knows that few are any given one.
    does_not = f"({concerns_offence})::int <> 1"
    if actor.reads_offences is None:
        return f" AND ({does_not} OR %(reader_org)s IN ({HAVE_GROUND}))"
    return "" if actor.reads_offences else f" AND {does_not}"


def _marks(event: str, places: str) -> str:
    return (
        f"FROM personal_data_mark marked WHERE marked.event_id = {event}.id AND marked.place IN {places} "
        f"AND {CONCERNS_OFFENCE}"
    )
