"""Services for blocklists, and counts of blocked items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import membership_is_in_use
from vardkase.identity.organisations.standing import MembershipStanding
from vardkase.knowledge.audit_actions import KnowledgeAction
from vardkase.knowledge.blocklists.models import Blocked, BlocklistEntry
from vardkase.knowledge.blocklists.queries import find_entry
from vardkase.knowledge.blocklists.rules import require_manager
from vardkase.knowledge.problems import BlocklistProblem
from vardkase.misp.fields import UUID as UUID_FORM

LONGEST_ORGC = 255


@dataclass(frozen=True, slots=True)
class BlockReason:
    """The metadata stored with a blocked uuid."""

    info: str = ""
    orgc: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class AddedEntries:
    successes: list[str]
    fails: list[str]


def block(kind: Blocked, uuid: UUID, about: BlockReason) -> None:
    """Blocklist an object that has just been deleted, in the deleting transaction."""
    BlocklistEntry.objects.get_or_create(kind=kind, uuid=uuid, defaults=asdict(about))


@transaction.atomic
def add_entries(actor: Actor, kind: Blocked, texts: Sequence[str], about: BlockReason) -> AddedEntries:
    actor.require_writing()
    require_manager(actor, kind)
    actor.require_content_access()  # An entry decides what members may bring in.
    _require_texts(about)
    wanted = {text.lower() for text in texts if UUID_FORM.fullmatch(text.lower())}
    if kind is Blocked.ORGANISATION and membership_is_in_use():
        # A blocked member could no longer share: that is a limit on its membership, which takes two officers.
        open_to = Organisation.objects.exclude(
            fixed_standing__in=(MembershipStanding.NO_MEMBERSHIP, MembershipStanding.TERMINATED)
        )
        if name := open_to.filter(uuid__in=wanted).values_list("name", flat=True).first():
            raise Invalid({"uuids": [BlocklistProblem.TAKES_PART(name=name)]})
    rows = cursor().execute(ADD, {"kind": kind.value, "uuids": list(wanted), **asdict(about)})
    new = {row[0] for row in rows.fetchall()}
    added = AddedEntries([], [])
    for text in texts:
        if text.lower() in new:
            new.discard(text.lower())  # The second time it occurs, it is a duplicate.
            added.successes.append(text)
        else:
            added.fails.append(text)
    record(
        actor,
        KnowledgeAction.BLOCKLIST_ADDED,
        Target(f"{kind.value} blocklist"),
        {"uuids": added.successes[:100]},
    )
    return added


@transaction.atomic
def edit_entry(actor: Actor, kind: Blocked, reference: str, changes: Mapping[str, Any]) -> BlocklistEntry:
    actor.require_writing()
    entry = find_entry(actor, kind, reference)
    about = BlockReason(
        **{name: changes.get(name, getattr(entry, name)) for name in ("info", "orgc", "comment")}
    )
    _require_texts(about)
    BlocklistEntry.objects.filter(pk=entry.pk).update(**asdict(about))
    record(actor, KnowledgeAction.BLOCKLIST_EDITED, _target(entry))
    return find_entry(actor, kind, reference)


@transaction.atomic
def delete_entries(actor: Actor, kind: Blocked, references: Iterable[str]) -> int:
    actor.require_writing()
    entries = {entry.pk: entry for entry in (find_entry(actor, kind, reference) for reference in references)}
    for entry in entries.values():
        entry.delete()
        record(actor, KnowledgeAction.BLOCKLIST_REMOVED, _target(entry))
    return len(entries)


def count_blocked(kind: Blocked, uuid: UUID | str, amount: int = 1) -> None:
    parameters = {"now": now_seconds(), "kind": kind.value, "uuid": str(uuid), "amount": amount}
    cursor().execute(COUNT, parameters)


def _require_texts(about: BlockReason) -> None:
    for name, value in asdict(about).items():
        if not isinstance(value, str):
            raise Invalid({name: [CommonProblem.NOT_TEXT()]})
    if len(about.orgc) > LONGEST_ORGC:
        raise Invalid({"orgc": [BlocklistProblem.CREATOR_TOO_LONG(most=LONGEST_ORGC)]})


def _target(entry: BlocklistEntry) -> Target:
    return Target(f"{entry.kind} blocklist", entry.pk, entry.uuid, entry.info)


# RETURNING leaves out the rows that were there: those uuids are reported as failed.
ADD = """
INSERT INTO blocklist_entry (kind, uuid, created, info, orgc, comment, blocked_amount)
SELECT %(kind)s, uuid, now(), %(info)s, %(orgc)s, %(comment)s, 0 FROM unnest(%(uuids)s::uuid[]) AS given (uuid)
ON CONFLICT DO NOTHING
RETURNING uuid::text
"""

# One statement, so that two refusals at once are both counted.
COUNT = """
UPDATE blocklist_entry SET blocked_amount = blocked_amount + %(amount)s, blocked_last_time = %(now)s
WHERE kind = %(kind)s AND uuid = %(uuid)s::uuid
"""
