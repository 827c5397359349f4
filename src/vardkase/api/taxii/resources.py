"""Resources of the TAXII 2.1 server, in the order of the specification's sections 4 and 5."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from vardkase.api.search_quota import TAXII_PAGE, counted
from vardkase.api.taxii.calls import TaxiiCall, max_content_length
from vardkase.api.taxii.messages import STIX, TAXII, Answer, TaxiiError
from vardkase.exchange.fetches.models import FetchChannel, FetchedKind
from vardkase.exchange.fetches.services import record_fetch
from vardkase.exchange.taxii.collections import collections, find_collection, may_read, may_write
from vardkase.exchange.taxii.contents import Contents, FoundObject, contents
from vardkase.exchange.taxii.deletion import delete_from
from vardkase.exchange.taxii.filters import ALL, Match, match_of, stix_time
from vardkase.exchange.taxii.models import Collection
from vardkase.exchange.taxii.submissions import find_submission, status_of, submit
from vardkase.exchange.taxii.tasks import order_submission

PREFIX = "/taxii2/"
ROOT = f"{PREFIX}api/"
FILTERS_OF_ONE = ("added_after", "limit", "next", "match[version]", "match[spec_version]")
"""What may be asked of one object."""


def discovery(call: TaxiiCall) -> Answer:
    root = f"{call.base_url}{ROOT}"
    return Answer(
        {
            "title": "Vårdkase",
            "description": "Threat information of this hub, as far as you may read it.",
            "default": root,
            "api_roots": [root],
        }
    )


def api_root(_call: TaxiiCall) -> Answer:
    return Answer(
        {
            "title": "Vårdkase",
            "description": "Collections are saved searches and sharing groups.",
            "versions": [TAXII],
            "max_content_length": max_content_length(),
        }
    )


def collections_resource(call: TaxiiCall) -> Answer:
    resources = [_collection(call, collection) for collection in collections(call.actor)]
    return Answer({"collections": resources} if resources else {})


def collection_resource(call: TaxiiCall, reference: str) -> Answer:
    return Answer(_collection(call, find_collection(call.actor, reference)))


def manifest(call: TaxiiCall, reference: str) -> Answer:
    collection = _readable(call, reference)
    return _page(call, collection, match_of(call.parameters), bodies=False)


def objects(call: TaxiiCall, reference: str) -> Answer:
    return _page(call, _readable(call, reference), match_of(call.parameters))


def one_object(call: TaxiiCall, reference: str, stix_id: str) -> Answer:
    """An object, by default its last version. 404 if there is none that the caller may read."""
    answer = _page(call, _readable(call, reference), _match_one(call, stix_id))
    if not answer.resource and not call.parameters.keys() & set(FILTERS_OF_ONE):
        raise TaxiiError(404, "Not found", "There is no such object in the collection.")
    return answer


def versions(call: TaxiiCall, reference: str, stix_id: str) -> Answer:
    match = _match_one(call, stix_id)
    asked = Match(match.added_after, match.limit, match.mark, match.ids, (), (ALL,), match.spec_versions)
    page = _contents(call, _readable(call, reference), asked, bodies=False)
    if not page.objects and not call.parameters.keys() & set(FILTERS_OF_ONE):
        raise TaxiiError(404, "Not found", "There is no such object in the collection.")
    times = sorted({_version(stored) for stored in page.objects})
    return Answer(_paged({"versions": times}, page), headers=_date_headers(page))


def add_objects(call: TaxiiCall, reference: str) -> Answer:
    collection = find_collection(call.actor, reference)
    if not may_write(call.actor, collection):
        raise TaxiiError(403, "Not permitted", "You may not write into this collection.")
    submission = submit(call.actor, collection, call.envelope)
    order_submission(call.actor, submission)
    submission.refresh_from_db()
    place = f"{call.base_url}{ROOT}status/{submission.uuid}/"
    return Answer(status_of(submission), 202, {"Location": place})


def status(call: TaxiiCall, reference: str) -> Answer:
    return Answer(status_of(find_submission(call.actor, reference)))


def delete_object(call: TaxiiCall, reference: str, stix_id: str) -> Answer:
    delete_from(call.actor, find_collection(call.actor, reference), _match_one(call, stix_id))
    return Answer({})


def _collection(call: TaxiiCall, collection: Collection) -> dict[str, Any]:
    described = {"description": collection.description} if collection.description else {}
    return {
        "id": str(collection.uuid),
        "title": collection.name,
        **described,
        "can_read": may_read(call.actor, collection),
        "can_write": may_write(call.actor, collection),
        "media_types": [STIX],
    }


def _readable(call: TaxiiCall, reference: str) -> Collection:
    collection = find_collection(call.actor, reference)
    if not may_read(call.actor, collection):
        raise TaxiiError(403, "Not permitted", "You may not read this collection.")
    return collection


def _match_one(call: TaxiiCall, stix_id: str) -> Match:
    filters = {name: value for name, value in call.parameters.items() if name in FILTERS_OF_ONE}
    return match_of({**filters, "match[id]": stix_id})


def _page(call: TaxiiCall, collection: Collection, match: Match, *, bodies: bool = True) -> Answer:
    page = _contents(call, collection, match, bodies=bodies)
    items: Sequence[Any] = (
        [msgspec.Raw(stored.body.encode()) for stored in page.objects]
        if bodies
        else [
            {
                "id": stored.stix_id,
                "date_added": stix_time(stored.added),
                "version": _version(stored),
                "media_type": STIX,
            }
            for stored in page.objects
        ]
    )
    return Answer(_paged({"objects": items}, page), headers=_date_headers(page))


def _contents(call: TaxiiCall, collection: Collection, match: Match, *, bodies: bool) -> Contents:
    counted(TAXII_PAGE, call.who)
    page = contents(call.actor, collection, match, bodies=bodies)
    if bodies:
        events = {found.mark.event_id for found in page.objects}
        record_fetch(call.actor, FetchChannel.TAXII, FetchedKind.EVENT, events)
    return page


def _paged(lists: dict[str, Any], page: Contents) -> dict[str, Any]:
    """A resource without empty members: the specification requires an empty page to be {}."""
    next_page = {"more": True, "next": str(page.more)} if page.more else {}
    return {**next_page, **(lists if page.objects else {})}


def _date_headers(page: Contents) -> dict[str, str]:
    if not page.objects:
        return {}
    times = [stored.added for stored in page.objects]
    return {
        "X-TAXII-Date-Added-First": stix_time(min(times)),
        "X-TAXII-Date-Added-Last": stix_time(max(times)),
    }


def _version(stored: FoundObject) -> str:
    """The object's own version, or the time it was added if it has none."""
    return stored.version or stix_time(stored.added)
