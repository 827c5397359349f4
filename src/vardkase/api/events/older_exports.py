"""Legacy export routes: each a search with positional parameters and a fixed format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.parameters import SKIPPED
from vardkase.api.answers import Stream
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import Text
from vardkase.api.inputs import InputField, Params
from vardkase.api.request import Call
from vardkase.api.rest_search import export
from vardkase.api.search_fields import AttributeSearch, EventSearch, SearchFields, described
from vardkase.formats.hashes import WITH_FILENAME
from vardkase.formats.registry import FORMATS, ZEEK
from vardkase.misp.flags import as_bool

DEPRECATED = (
    "WARNING: This functionality is deprecated and will be removed in the near future. "
    "Use /{scope}/restSearch to export {what}."
)
BOTH = [0, 1]
FOR_DETECTION = {"to_ids": 1, "published": 1}

RENAMED = {
    "eventID": "eventid",
    "event_id": "eventid",
    "id": "eventid",
    "include_context": "includeContext",
    "withAttachment": "withAttachments",
}
"""What older clients call a parameter of restSearch."""

WIDENING: Mapping[str, Mapping[str, Any]] = {
    "ignore": {"to_ids": BOTH, "published": BOTH},
    "allowNonIDS": {"to_ids": BOTH},
    "allowNotPublished": {"published": BOTH},
    "sigOnly": {"to_ids": 1},
}
"""Flags of theirs, and what they mean."""

DOCUMENT = ("eventid", "withAttachments", "tags", "from", "to", "last")
TEXT = (
    "type",
    "tags",
    "eventid",
    "allowNonIDS",
    "from",
    "to",
    "last",
    "enforceWarninglist",
    "allowNotPublished",
)
CSV = ("eventid", "ignore", "tags", "category", "type", "includeContext", "from", "to", "last", "headerless",
       "enforceWarninglist", "value", "timestamp")  # fmt: skip
HIDS = ("tags", "from", "to", "last", "enforceWarninglist")
NIDS = ("eventid", "frame", "tags", "from", "to", "last", "type", "enforceWarninglist", "includeAllTags")
RPZ = ("tags", "eventid", "from", "to", "policy", "walled_garden", "ns", "email", "serial", "refresh", "retry",
       "expiry", "minimum_ttl", "ttl", "enforceWarninglist")  # fmt: skip
ZEEK_PLACES = ("tags", "eventid", "from", "to", "last", "enforceWarninglist")


OLDER_NAMES = RENAMED.keys() | WIDENING.keys()
SKIPPED_VALUES = (None, False, *SKIPPED)
MEANINGLESS = (("type", "all"), ("eventid", "all"))


class OlderFields(SearchFields, kw_only=True):
    """The parameters of restSearch, and what older clients call them."""

    @classmethod
    def read(cls, call: Call) -> Self:
        body = call.body if isinstance(call.body, dict) else {}
        older = {name: value for name, value in {**call.named, **body}.items() if name in OLDER_NAMES}
        return cls(sent={**older, **super().read(call).sent})

    @classmethod
    def fields(cls) -> Mapping[str, InputField]:
        return {**super().fields(), **described(OLDER_NAMES)}


class OfEvents(OlderFields, EventSearch, kw_only=True):
    pass


class OfAttributes(OlderFields, AttributeSearch, kw_only=True):
    pass


class ZeekQuery(Params, kw_only=True):
    type: Text = ""


@endpoint("events/stix", from_replica=True)
def stix1(call: Call, *places: str, filters: OfEvents) -> Stream:
    """Export as STIX 1: ``[download/]id/withAttachments/tags/from/to/last``."""
    name = "stix-json" if "json" in call.headers.get("Accept", "") else "stix"
    return _export(call, Scope.EVENTS, name, _parameters(filters, DOCUMENT, places))


@endpoint("events/stix2", from_replica=True)
def stix2(call: Call, *places: str, filters: OfEvents) -> Stream:
    """Export as STIX 2: ``[download/]id/withAttachments/tags/from/to/last``."""
    return _export(call, Scope.EVENTS, "stix2", _parameters(filters, DOCUMENT, places))


@endpoint("events/xml", from_replica=True)
def xml(call: Call, *places: str, filters: OfEvents) -> Stream:
    """Export whole events as XML: ``[download/]id/withAttachments/tags/from/to/last``."""
    advice = "in XML format. It is highly recommended to use JSON whenever possible"
    return _export(call, Scope.EVENTS, "xml", _parameters(filters, DOCUMENT, places), advice)


@endpoint("events/csv", from_replica=True)
def csv(call: Call, *places: str, filters: OfEvents) -> Stream:
    """Export published attributes for detection as CSV, or all attributes with ``ignore``."""
    parameters = {**FOR_DETECTION, **_parameters(filters, CSV, places)}
    return _export(call, Scope.EVENTS, "csv", parameters, "in CSV format")


@endpoint("events/hids", from_replica=True)
def hids(call: Call, hash_type: str = "", *places: str, filters: OfAttributes) -> Stream:
    """Export hashes of one type: ``md5|sha1|sha256[/download]/tags/from/to/last/enforceWarninglist``."""
    kind = hash_type.lower()
    if kind not in ("md5", "sha1", "sha256"):
        raise MispError(405, "Invalid hash type. Use md5, sha1 or sha256.")
    beside = {f"filename|{kind}"} | ({"malware-sample"} if kind == "md5" else set())
    parameters = {**_parameters(filters, HIDS, places), "type": [kind, *sorted(beside & WITH_FILENAME)]}
    return _export(call, Scope.ATTRIBUTES, "hashes", parameters, "hashes", scope_named=Scope.EVENTS)


@endpoint("events/nids", from_replica=True)
def nids(call: Call, format: str = "", *places: str, filters: OfEvents) -> Stream:
    """Export IDS rules: ``suricata|snort[/download]/id/frame/tags/from/to/last/type/…``."""
    engine = format.lower()
    if engine not in ("suricata", "snort"):
        raise MispError(405, "Invalid format. Use suricata or snort.")
    parameters = _parameters(filters, NIDS, places)
    return _export(call, Scope.EVENTS, engine, parameters, "in the various NIDS formats")


@endpoint("events/download_open_ioc_event", from_replica=True)
def openioc(call: Call, event_id: str) -> Stream:
    """Export one event as OpenIOC, published or not."""
    if not event_id:
        raise MispError(404, "Invalid event")
    return _export(call, Scope.EVENTS, "openioc", {"eventid": event_id, "published": BOTH})


@endpoint("attributes/text", from_replica=True)
def text(call: Call, *places: str, filters: OfAttributes) -> Stream:
    """Export values, one per line: ``download/type/tags/eventid/allowNonIDS/from/to/last/…``."""
    parameters = _parameters(filters, TEXT, places)
    return _export(call, Scope.ATTRIBUTES, "text", parameters, "flat indicator lists")


@endpoint("attributes/rpz", from_replica=True)
def rpz(call: Call, *places: str, filters: OfAttributes) -> Stream:
    """Export a DNS response policy zone: ``download/tags/eventid/from/to/policy/…``."""
    return _export(call, Scope.ATTRIBUTES, "rpz", _parameters(filters, RPZ, places), "RPZ rules")


@endpoint("attributes/bro", from_replica=True)
def zeek(call: Call, *places: str, filters: OfAttributes, params: ZeekQuery) -> Stream:
    """Export Zeek intelligence: ``download/family/tags/eventid/from/to/last/enforceWarninglist``."""
    parts = _without_download(places)
    family = (params.type or (parts[0] if parts else "all")).lower()
    if family not in ZEEK:
        raise MispError(405, f"Invalid type. Use one of: {', '.join(ZEEK)}.")
    parameters = {
        **_parameters(filters, ZEEK_PLACES, parts[1:]),
        "type": sorted(ZEEK[family].types),
    }
    headers = {"Content-Disposition": f'attachment; filename="misp.{family}.intel"'}
    return export(call, Scope.ATTRIBUTES, parameters, "bro", ZEEK[family], headers)


@endpoint("attributes/return_attributes", from_replica=True)
def return_attributes(call: Call, *places: str, filters: OfAttributes) -> Stream:
    """Export the attributes of one event: ``download/id/type/sigOnly``; XML unless the client asks for JSON."""
    parameters = _parameters(filters, ("eventid", "type", "sigOnly"), places)
    if not parameters.get("eventid"):
        raise MispError(
            400, "Please name the event: /attributes/returnAttributes/download/[id]/[type]/[sigOnly]."
        )
    wants_json = call.suffix == "json" or "json" in call.headers.get("Accept", "")
    return _export(call, Scope.ATTRIBUTES, "json" if wants_json else "xml", parameters)


@endpoint("attributes/export_search", from_replica=True)
def export_search(call: Call, format: str = "json", *, filters: AttributeSearch) -> Stream:
    """Export the results of a search in the format named in the path (default ``json``)."""
    if format not in FORMATS or Scope.ATTRIBUTES not in FORMATS[format].renderers:
        raise MispError(404, "Invalid output format.")
    return _export(call, Scope.ATTRIBUTES, format, filters.sent)


def _export(
    call: Call,
    scope: Scope,
    name: str,
    parameters: Mapping[str, Any],
    advice: str = "",
    *,
    scope_named: Scope | None = None,
) -> Stream:
    warning = DEPRECATED.format(scope=scope_named or scope, what=advice)
    headers = {"X-Deprecation-Warning": warning} if advice else {}
    return export(call, scope, parameters, name, FORMATS[name], headers)


def _parameters(filters: OlderFields, names: Sequence[str], places: Sequence[str]) -> dict[str, Any]:
    """Those in the path, in the order of `names`, and those with a name, which take precedence."""
    placed = {
        name: part.replace(";", ":") for name, part in zip(names, _without_download(places), strict=False)
    }
    older = {name: value for name, value in filters.sent.items() if name in OLDER_NAMES}
    parameters: dict[str, Any] = {}
    for name, value in {**placed, **older}.items():
        if value in SKIPPED_VALUES:
            continue
        if name in WIDENING:
            parameters |= WIDENING[name] if as_bool(value) else {}
        elif (name, value) not in MEANINGLESS:
            parameters[RENAMED.get(name, name)] = value
    return parameters | {name: value for name, value in filters.sent.items() if name not in OLDER_NAMES}


def _without_download(places: Sequence[str]) -> Sequence[str]:
    return places[1:] if places and places[0] == "download" else places
