"""TAXII collections of this hub: access rules, and management by site administrators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from vardkase.analysis.search.filters import Scope, Search
from vardkase.analysis.search.kept_filters import kept_filters
from vardkase.analysis.search.parse import parse
from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.fields import Readers, apply
from vardkase.core.problems import CommonProblem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.field_parsers import decoded, name
from vardkase.exchange.taxii.models import Collection
from vardkase.exchange.taxii.problems import TaxiiProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.queries import find_group
from vardkase.misp.distribution import Distribution
from vardkase.misp.flags import as_bool, as_int

OF_THE_CLIENT = frozenset(("limit", "page", "order", "returnFormat", "published", "sharinggroup"))
"""What a saved search does not decide: the client pages, a collection is in the order of publication."""
REACHES = frozenset(Distribution) - {Distribution.INHERIT, Distribution.SHARING_GROUP}


def as_member(actor: Actor) -> Actor:
    """The actor as an ordinary member of their organisation: TAXII grants no more, even to administrators."""
    return replace(actor, permissions=actor.permissions - {Permission.SITE_ADMIN})


def collections(actor: Actor) -> QuerySet[Collection]:
    if not actor.may_read:
        return Collection.objects.none()
    org = actor.organisation_id
    mine = Q(org_id=org) | Q(open_to_read=True) | Q(open_to_write=True) | Q(readers=org) | Q(writers=org)
    in_group = Q(sharing_group=None) | Q(sharing_group__in=actor.sharing_group_ids)
    # A subquery, since the joins over readers and writers repeat a collection.
    found = Collection.objects.filter(pk__in=Collection.objects.filter(mine, in_group).values("pk"))
    return found.select_related("org", "sharing_group").prefetch_related("readers", "writers").order_by("pk")


def find_collection(actor: Actor, reference: str) -> Collection:
    try:
        found = collections(actor).filter(uuid=UUID(reference)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound(TaxiiProblem.COLLECTION_NOT_FOUND())
    return found


def may_read(actor: Actor, collection: Collection) -> bool:
    return collection.open_to_read or _is_one_of(actor, collection, collection.readers.all())


def may_write(actor: Actor, collection: Collection) -> bool:
    """True if the actor may write into a collection that they can find: written objects are published
    immediately."""
    try:
        actor.require_writing(Permission.ADD, Permission.PUBLISH)
    except Forbidden:
        return False
    return collection.open_to_write or _is_one_of(actor, collection, collection.writers.all())


def _is_one_of(actor: Actor, collection: Collection, organisations: Iterable[Organisation]) -> bool:
    org = actor.organisation_id
    return collection.org_id == org or any(organisation.pk == org for organisation in organisations)


def search_of(collection: Collection) -> Search:
    group = {"sharinggroup": collection.sharing_group_id} if collection.sharing_group_id else {}
    return parse(Scope.EVENTS, {**collection.filters, **group, "published": 1})


def all_collections(actor: Actor) -> QuerySet[Collection]:
    actor.require(Permission.SITE_ADMIN)
    return Collection.objects.select_related("org", "sharing_group").order_by("pk")


def find_own(actor: Actor, number: int) -> Collection:
    return first_or_not_found(all_collections(actor).filter(pk=number), TaxiiProblem.COLLECTION_NOT_FOUND())


@transaction.atomic
def add_collection(actor: Actor, data: Mapping[str, Any]) -> Collection:
    """Add a collection of the actor's organisation. Raises Invalid by field, Forbidden.

    `data`: name, description, filters, sharing_group_id, distribution, open_to_read, open_to_write, and the ids of
    organisations in readers and writers.
    """
    actor.require_content_access()
    actor.require_writing(Permission.SITE_ADMIN)
    collection = Collection(org_id=actor.organisation_id)
    _apply(actor, collection, {"name": "", **data})
    record(actor, ExchangeAction.TAXII_COLLECTION_ADDED, Target.of(collection))
    return collection


@transaction.atomic
def edit_collection(actor: Actor, number: int, data: Mapping[str, Any]) -> Collection:
    actor.require_content_access()
    actor.require_writing(Permission.SITE_ADMIN)
    collection = find_own(actor, number)
    _apply(actor, collection, data)
    record(actor, ExchangeAction.TAXII_COLLECTION_EDITED, Target.of(collection))
    return collection


@transaction.atomic
def delete_collection(actor: Actor, number: int) -> None:
    actor.require_writing(Permission.SITE_ADMIN)
    collection = find_own(actor, number)
    target = Target.of(collection)
    collection.delete()
    record(actor, ExchangeAction.TAXII_COLLECTION_DELETED, target)


def saved_search(value: Any) -> dict[str, Any]:
    """The filters of a search, as an object or its JSON. Raises Invalid without the name of a field."""
    return kept_filters(Scope.EVENTS, decoded(value), OF_THE_CLIENT)


def _apply(actor: Actor, collection: Collection, data: Mapping[str, Any]) -> None:
    apply(collection, data, READERS)
    if "sharing_group_id" in data:
        collection.sharing_group_id = group_of(actor, data["sharing_group_id"])
    collection.save()  # First: the lists of members need its id.
    for members in ("readers", "writers"):
        if members in data:
            getattr(collection, members).set(_local_organisations(members, data[members]))


def group_of(actor: Actor, group_id: Any) -> int | None:
    if not (number := as_int(group_id)):
        return None
    try:
        return find_group(actor, number).pk
    except NotFound as missing:
        raise Invalid({"sharing_group_id": [missing.problem or CommonProblem.INVALID_INPUT()]}) from None


def _local_organisations(members: str, ids: Any) -> list[Organisation]:
    numbers = {as_int(number) or 0 for number in ids} if isinstance(ids, list | tuple) else {0}
    found = list(Organisation.objects.filter(pk__in=numbers, local=True))
    if len(found) != len(numbers):
        raise Invalid({members: [TaxiiProblem.UNKNOWN_ORGANISATIONS()]})
    return found


def reach(value: Any) -> int:
    number = as_int(value)
    if number not in REACHES:
        raise Invalid(TaxiiProblem.BAD_DISTRIBUTION())
    return int(number)


READERS: Readers = {
    "name": name,
    "description": lambda value: str(value or "").strip(),
    "filters": saved_search,
    "distribution": reach,
    "open_to_read": as_bool,
    "open_to_write": as_bool,
}
