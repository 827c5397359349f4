"""Exact lookups: fastLookup, downloadSample, and the value cache that other instances fetch."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence

import msgspec

from vardkase.analysis.search.exact_lookups import (
    FAST_LOOKUP,
    FoundSample,
    attributes_after,
    events_with_values,
    samples_beside,
    samples_with_md5,
)
from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.parse import parse
from vardkase.api.answers import Json, Message, Stream, message
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import Anything, Flag, Limit, Mandatory, Reference
from vardkase.api.inputs import Params, field
from vardkase.api.request import Call
from vardkase.core import files
from vardkase.core.errors import NotFound
from vardkase.formats.text import digests
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import find_event
from vardkase.misp.flags import as_bool, as_int

MOST_VALUES = 1_000
MOST_LINES = 50_000
LONGEST = 65_535
MD5 = re.compile(r"[0-9a-fA-F]{32}")
DIGEST = re.compile(r"(?:[0-9a-fA-F]{2}){16,64}")
ONLY_MD5 = "Only MD5 hashes can be used to fetch malware samples at this point in time."
NO_HITS = "No hits with the given parameters."


class LookupParams(Params, kw_only=True):
    """`max_age` limits the age of MISP's cache, and has no effect here."""

    value: Mandatory[Anything] = None
    max_age: Anything = field(name="maxAge", default=None)


class SampleParams(Params, kw_only=True):
    hash: Reference = ""
    all_samples: Flag | None = field(name="allSamples", default=None)
    event_id: Reference = field(name="eventID", default="")


class CacheParams(Params, kw_only=True):
    limit: Limit = None


@endpoint(
    "attributes/fastLookup",
    methods=("POST",),
    from_replica=True,
    describes=Description(
        "The ids of the events that hold each of up to a thousand values, without wildcards."
    ),
)
def fast_lookup(call: Call, *, params: LookupParams) -> Json:
    """Map each known value to the ids of its events."""
    if not FAST_LOOKUP.value:
        raise MispError(405, "Fast lookups are switched off on this instance (MISP.fast_lookup_enabled).")
    values = params.value if isinstance(params.value, list) else [params.value]
    if not values or len(values) > MOST_VALUES:
        raise MispError(400, f"value: one to {MOST_VALUES} values are expected.")
    if not all(isinstance(item, str | int | float) and str(item).strip() for item in values):
        raise MispError(400, "value: texts are expected.")
    texts = list(dict.fromkeys(map(str, values)))
    if any(len(text) > LONGEST for text in texts):
        raise MispError(400, f"value: texts of at most {LONGEST} characters are expected.")
    events_by_value = events_with_values(call.actor, texts)
    return Json({value: [str(number) for number in events] for value, events in events_by_value.items()})


@endpoint(
    "attributes/downloadSample",
    describes=Description(
        "Samples by the MD5 of their content, or with allSamples all of the events that hold a hash.",
        url="/attributes/downloadSample/[hash]/[allSamples]/[eventID]",
    ),
)
def download_sample(
    call: Call, hash: str = "", all_samples: str = "", event_id: str = "", *, params: SampleParams
) -> Stream | Message:
    """Return samples in their encrypted archives, base64-encoded in JSON."""
    digest = params.hash or hash
    every = as_bool(all_samples) if params.all_samples is None else params.all_samples
    event = _event(call.actor, params.event_id or event_id)
    if every and (DIGEST.fullmatch(digest) or (not digest and event is not None)):
        samples = samples_beside(call.actor, digest, event)
    elif MD5.fullmatch(digest):
        samples = samples_with_md5(call.actor, digest, event)
    else:
        return message(ONLY_MD5)
    return Stream(_archives(samples)) if samples else message(NO_HITS)


@endpoint("attributes/getInstanceCache", requires=(Permission.SYNC,))
def instance_cache(call: Call, attribute_id: str = "", *, params: CacheParams) -> Stream:
    """Return a line with MD5 and event uuid for each value added after the attribute in the path.

    The format is ``cache`` of restSearch. Continue with the id in ``X-Last-Id`` until no more lines are
    returned.
    """
    last = max(as_int(attribute_id) or 0, 0)
    limit = min(max(as_int(params.limit) or MOST_LINES, 1), MOST_LINES)
    ids = attributes_after(call.actor, last, limit)
    search = parse(Scope.ATTRIBUTES, {"includeEventUuid": True})
    headers = {"X-Last-Id": str(ids[-1] if ids else last), "X-Result-Count": str(len(ids))}
    return Stream(digests(call.actor, search, ids), "text/plain; charset=UTF-8", headers)


def _event(actor: Actor, reference: str) -> int | None:
    if not reference:
        return None
    try:
        return find_event(actor, reference).id
    except NotFound:
        return 0


def _archives(samples: Sequence[FoundSample]) -> Iterator[bytes]:
    separator = b'{"result":['
    for sample in samples:
        yield separator + msgspec.json.encode(
            {
                "md5": sample.md5,
                "base64": _content(sample),
                "filename": sample.filename,
                "attribute_id": str(sample.attribute_id),
                "event_id": str(sample.event_id),
                "event_info": sample.event_info,
            }
        )
        separator = b","
    yield b"]}"


def _content(sample: FoundSample) -> str:
    try:
        return base64.b64encode(files.read(sample.data_sha256 or "")).decode()
    except FileNotFoundError:
        return ""
