"""Signed checkpoints of other hubs' audit logs, which are kept here for them: they are added, and never changed.

Receiving one leaves no entry in the log: two hubs that keep each other's would otherwise never be done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from vardkase.audit.actions import LogAction
from vardkase.audit.chain.digests import utc
from vardkase.audit.chain.keys import is_signed
from vardkase.audit.chain.models import HeldCheckpoint, HeldKey
from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.sql import cursor
from vardkase.hub.audit_log.problems import HeldProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.staff import OVERSEE

QUIET = timedelta(hours=26)
"""A hub verifies its log each night, so that there is something to sign at least once a day."""
MOST_A_DAY = 3_000
"""More than one a minute, and those that waited while the connection was down for a day."""
WARNED_DAYS = 30

HeldWarning = HeldCheckpoint.HeldWarning
SERIOUS = (HeldWarning.DIFFERENT, HeldWarning.BACK)
Digest = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class CheckpointDocument(msgspec.Struct, forbid_unknown_fields=True):
    """A checkpoint as a hub writes it outside (`audit.chain.checkpoints.document_of`)."""

    kind: Annotated[str, msgspec.Meta(pattern=r"\Acheckpoint\Z")]
    hub: UUID
    position: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    count: Number
    entry_id: Number
    digest: Digest
    time: Annotated[str, msgspec.Meta(max_length=40)]
    key: Digest
    signature: Annotated[str, msgspec.Meta(max_length=128)]


@dataclass(frozen=True, slots=True)
class HeldHub:
    key: HeldKey
    newest: HeldCheckpoint | None
    height: int
    warnings: int
    """Of the last `WARNED_DAYS` days."""
    contradicts: bool
    """One of them is not only that the hub was silent."""

    @property
    def is_quiet(self) -> bool:
        last = self.newest.received_at if self.newest else self.key.registered_at
        return timezone.now() - last > QUIET


@transaction.atomic
def receive(actor: Actor, raw: bytes) -> HeldCheckpoint:
    """Keep a checkpoint of a hub whose key is registered; one that is held already is returned as it is.

    Raises Forbidden for another organisation's hub, Invalid, Conflict when there are too many on one day.
    """
    actor.require(Permission.SYNC)
    actor.require_writing()
    document = _decoded(raw)
    cursor().execute(
        "SELECT pg_advisory_xact_lock(hashtext('held checkpoints'), hashtext(%s))", (str(document.hub),)
    )
    row = _signed(actor, document)
    held = HeldCheckpoint.objects.filter(hub=document.hub)
    if (known := held.filter(signature=row.signature).first()) is not None:
        return known
    if held.filter(received_at__gt=timezone.now() - timedelta(days=1)).count() >= MOST_A_DAY:
        raise Conflict(HeldProblem.TOO_MANY(most=MOST_A_DAY))
    row.warning = _warning(row, held)
    row.save()
    if row.warning in SERIOUS:
        change = {"position": row.position, "time": document.time, "warning": str(row.warning)}
        record(
            actor, LogAction.HELD_DIFFERS, Target("audit_log", title=_newest_key(document.hub).name), change
        )
    return row


def held_hubs(actor: Actor) -> list[HeldHub]:
    """The hubs whose keys are registered, by name. Raises Forbidden for who may not see how the hub is run."""
    actor.require_oversight()
    return known_hubs()


def held_hub(actor: Actor, hub: UUID) -> HeldHub:
    """Raises NotFound, Forbidden."""
    for each in held_hubs(actor):
        if each.key.hub == hub:
            return each
    raise NotFound(HeldProblem.NOT_REGISTERED())


def held_checkpoints(actor: Actor, hub: UUID) -> QuerySet[HeldCheckpoint]:
    """What is held of one hub, unordered: for that hub's organisation, and for those who oversee this one.

    Raises NotFound.
    """
    key = HeldKey.objects.filter(hub=hub).order_by("-pk").first()
    oversees = actor.is_site_admin or not actor.staff.isdisjoint(OVERSEE)
    if key is None or not (oversees or _delivers(actor, key)):
        raise NotFound(HeldProblem.NOT_REGISTERED())
    return HeldCheckpoint.objects.filter(hub=hub)


def known_hubs() -> list[HeldHub]:
    """For the console; pages ask `held_hubs`."""
    newest_keys = HeldKey.objects.filter(hub=OuterRef("hub")).order_by("-pk").values("pk")[:1]
    of_hub = HeldCheckpoint.objects.filter(hub=OuterRef("hub"))
    keys = HeldKey.objects.annotate(
        newest_key=Subquery(newest_keys),
        newest=Subquery(of_hub.order_by("-pk").values("pk")[:1]),
        height=Subquery(of_hub.order_by("-position").values("position")[:1]),
    ).filter(pk=F("newest_key"))
    rows = list(keys.order_by("name", "pk"))
    newest = HeldCheckpoint.objects.in_bulk([row.newest for row in rows if row.newest])
    warned = _warned()
    return [
        HeldHub(row, newest.get(row.newest), row.height or 0, *warned.get(row.hub, (0, False)))
        for row in rows
    ]


def rows_of(hub: str) -> QuerySet[HeldCheckpoint]:
    """For the console, unordered. Raises NotFound."""
    try:
        rows = HeldCheckpoint.objects.filter(hub=UUID(hub))
    except ValueError:
        raise NotFound(HeldProblem.NOT_REGISTERED()) from None
    if not rows.exists():
        raise NotFound(HeldProblem.NOTHING_HELD())
    return rows


def troubled_hubs() -> Iterator[HeldHub]:
    """Those that were silent for too long, or whose checkpoints contradict each other."""
    return (each for each in known_hubs() if each.is_quiet or each.contradicts)


def held_document(row: HeldCheckpoint) -> dict[str, Any]:
    """As the other hub signed it."""
    return {**_statement(row), "key": row.key, "signature": row.signature}


def _delivers(actor: Actor, key: HeldKey) -> bool:
    return actor.organisation_id == key.organisation_id and actor.may(Permission.SYNC)


def _decoded(raw: bytes) -> CheckpointDocument:
    try:
        return msgspec.json.decode(raw, type=CheckpointDocument)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid({"checkpoint": [HeldProblem.NOT_A_CHECKPOINT(said=str(error))]}) from None


def _signed(actor: Actor, document: CheckpointDocument) -> HeldCheckpoint:
    keys = {each.fingerprint: each for each in HeldKey.objects.filter(hub=document.hub).order_by("pk")}
    # The newest says who delivers.
    if not keys or not _delivers(actor, _newest_key(document.hub)):
        raise Forbidden(HeldProblem.NOT_REGISTERED())
    try:
        time = datetime.fromisoformat(document.time)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None or utc(time) != document.time:
        raise Invalid({"time": [HeldProblem.NOT_A_TIME()]})
    if time > timezone.now() + timedelta(days=1):
        raise Invalid({"time": [HeldProblem.IN_THE_FUTURE()]})
    given = msgspec.structs.asdict(document)
    row = HeldCheckpoint(**{name: value for name, value in given.items() if name != "kind"} | {"time": time})
    key = keys.get(document.key)
    if key is None or not is_signed(_statement(row), document.signature, key.public_key):
        raise Invalid({"signature": [HeldProblem.OTHER_KEY()]})
    # A key that was replaced may have leaked: it counts for what was signed before, and was not delivered yet.
    if key.fingerprint != _newest_key(document.hub).fingerprint and time > _replaced_at(key):
        raise Invalid({"key": [HeldProblem.KEY_REPLACED()]})
    return row


def _newest_key(hub: UUID) -> HeldKey:
    return HeldKey.objects.filter(hub=hub).order_by("-pk")[0]


def _replaced_at(key: HeldKey) -> datetime:
    return HeldKey.objects.filter(hub=key.hub, pk__gt=key.pk).order_by("pk")[0].registered_at


def _statement(row: HeldCheckpoint) -> dict[str, Any]:
    return {
        "kind": "checkpoint",
        "hub": str(row.hub),
        "position": row.position,
        "count": row.count,
        "entry_id": row.entry_id,
        "digest": row.digest,
        "time": utc(row.time),
    }


def _warning(row: HeldCheckpoint, held: QuerySet[HeldCheckpoint]) -> HeldWarning:
    if held.filter(position=row.position).exclude(digest=row.digest).exists():
        return HeldWarning.DIFFERENT
    last: datetime | None = held.aggregate(last=Max("time"))["last"]
    if last is None or row.time <= last:
        return HeldWarning.NONE  # Delivered late.
    if held.filter(position__gt=row.position).exists():
        return HeldWarning.BACK
    return HeldWarning.GAP if row.time - last > QUIET else HeldWarning.NONE


def _warned() -> dict[UUID, tuple[int, bool]]:
    since = timezone.now() - timedelta(days=WARNED_DAYS)
    rows = HeldCheckpoint.objects.filter(received_at__gt=since).exclude(warning="")
    serious = Count("pk", filter=Q(warning__in=SERIOUS))
    counted = rows.values("hub").annotate(n=Count("pk"), serious=serious)
    return {hub: (n, found > 0) for hub, n, found in counted.values_list("hub", "n", "serious")}
