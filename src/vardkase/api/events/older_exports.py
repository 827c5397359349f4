"""Legacy export routes: each a search with positional parameters and a fixed format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.parameters import SKIPPED
from vardkase.api.answers import Answer
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError
from vardkase.api.request import Call
from vardkase.api.rest_search import by_name, export
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


@endpoint("events/stix")
def stix1(call: Call) -> Answer:
    """Export as STIX 1: ``[download/]id/withAttachments/tags/from/to/last``."""
    name = "stix-json" if "json" in call.headers.get("Accept", "") else "stix"
    return _export(call, Scope.EVENTS, name, _parameters(call, Scope.EVENTS, DOCUMENT))


@endpoint("events/stix2")
def stix2(call: Call) -> Answer:
    """Export as STIX 2: ``[download/]id/withAttachments/tags/from/to/last``."""
    return _export(call, Scope.EVENTS, "stix2", _parameters(call, Scope.EVENTS, DOCUMENT))


@endpoint("events/xml")
def xml(call: Call) -> Answer:
    """Export whole events as XML: ``[download/]id/withAttachments/tags/from/to/last``."""
    advice = "in XML format. It is highly recommended to use JSON whenever possible"
    return _export(call, Scope.EVENTS, "xml", _parameters(call, Scope.EVENTS, DOCUMENT), advice)


@endpoint("events/csv")
def csv(call: Call) -> Answer:
    """Export published attributes for detection as CSV, or all attributes with ``ignore``."""
    parameters = {**FOR_DETECTION, **_parameters(call, Scope.EVENTS, CSV)}
    return _export(call, Scope.EVENTS, "csv", parameters, "in CSV format")


@endpoint("events/hids")
def hids(call: Call) -> Answer:
    """Export hashes of one type: ``md5|sha1|sha256[/download]/tags/from/to/last/enforceWarninglist``."""
    kind = call.arg(0).lower()
    if kind not in ("md5", "sha1", "sha256"):
        raise MispError(405, "Invalid hash type. Use md5, sha1 or sha256.")
    beside = {f"filename|{kind}"} | ({"malware-sample"} if kind == "md5" else set())
    parameters = {
        **_parameters(call, Scope.ATTRIBUTES, HIDS, call.args[1:]),
        "type": [kind, *sorted(beside & WITH_FILENAME)],
    }
    return _export(call, Scope.ATTRIBUTES, "hashes", parameters, "hashes", scope_named=Scope.EVENTS)


@endpoint("events/nids")
def nids(call: Call) -> Answer:
    """Export IDS rules: ``suricata|snort[/download]/id/frame/tags/from/to/last/type/…``."""
    engine = call.arg(0).lower()
    if engine not in ("suricata", "snort"):
        raise MispError(405, "Invalid format. Use suricata or snort.")
    parameters = _parameters(call, Scope.EVENTS, NIDS, call.args[1:])
    return _export(call, Scope.EVENTS, engine, parameters, "in the various NIDS formats")


@endpoint("events/download_open_ioc_event")
def openioc(call: Call) -> Answer:
    """Export one event as OpenIOC, published or not."""
    if not call.arg(0):
        raise MispError(404, "Invalid event")
    return _export(call, Scope.EVENTS, "openioc", {"eventid": call.arg(0), "published": BOTH})


@endpoint("attributes/text")
def text(call: Call) -> Answer:
    """Export values, one per line: ``download/type/tags/eventid/allowNonIDS/from/to/last/…``."""
    parameters = _parameters(call, Scope.ATTRIBUTES, TEXT)
    return _export(call, Scope.ATTRIBUTES, "text", parameters, "flat indicator lists")


@endpoint("attributes/rpz")
def rpz(call: Call) -> Answer:
    """Export a DNS response policy zone: ``download/tags/eventid/from/to/policy/…``."""
    return _export(call, Scope.ATTRIBUTES, "rpz", _parameters(call, Scope.ATTRIBUTES, RPZ), "RPZ rules")


@endpoint("attributes/bro")
def zeek(call: Call) -> Answer:
    """Export Zeek intelligence: ``download/family/tags/eventid/from/to/last/enforceWarninglist``."""
    parts = _without_download(call.args)
    family = str(call.param("type") or (parts[0] if parts else "all")).lower()
    if family not in ZEEK:
        raise MispError(405, f"Invalid type. Use one of: {', '.join(ZEEK)}.")
    parameters = {
        **_parameters(call, Scope.ATTRIBUTES, ZEEK_PLACES, parts[1:]),
        "type": sorted(ZEEK[family].types),
    }
    headers = {"Content-Disposition": f'attachment; filename="misp.{family}.intel"'}
    return export(call, Scope.ATTRIBUTES, parameters, "bro", ZEEK[family], headers)


@endpoint("attributes/return_attributes")
def return_attributes(call: Call) -> Answer:
    """Export the attributes of one event: ``download/id/type/sigOnly``; XML unless the client asks for JSON."""
    parameters = _parameters(call, Scope.ATTRIBUTES, ("eventid", "type", "sigOnly"))
    if not parameters.get("eventid"):
        raise MispError(
            400, "Please name the event: /attributes/returnAttributes/download/[id]/[type]/[sigOnly]."
        )
    wants_json = call.suffix == "json" or "json" in call.headers.get("Accept", "")
    return _export(call, Scope.ATTRIBUTES, "json" if wants_json else "xml", parameters)


@endpoint("attributes/export_search")
def export_search(call: Call) -> Answer:
    """Export the results of a search in the format named in the path (default ``json``)."""
    name = call.arg(0) or "json"
    if name not in FORMATS or Scope.ATTRIBUTES not in FORMATS[name].renderers:
        raise MispError(404, "Invalid output format.")
    return _export(call, Scope.ATTRIBUTES, name, by_name(call, Scope.ATTRIBUTES))


def _export(
    call: Call,
    scope: Scope,
    name: str,
    parameters: Mapping[str, Any],
    advice: str = "",
    *,
    scope_named: Scope | None = None,
) -> Answer:
    warning = DEPRECATED.format(scope=scope_named or scope, what=advice)
    headers = {"X-Deprecation-Warning": warning} if advice else {}
    return export(call, scope, parameters, name, FORMATS[name], headers)


def _parameters(
    call: Call, scope: Scope, places: Sequence[str], parts: Sequence[str] | None = None
) -> dict[str, Any]:
    parts = _without_download(call.args if parts is None else parts)
    placed = {name: part.replace(";", ":") for name, part in zip(places, parts, strict=False)}
    body = call.body if isinstance(call.body, dict) else {}
    named: dict[str, Any] = {**call.named, **body}
    older = {name: value for name, value in named.items() if name in OLDER_NAMES}
    parameters: dict[str, Any] = {}
    for name, value in {**placed, **older}.items():
        if value in SKIPPED_VALUES:
            continue
        if name in WIDENING:
            parameters |= WIDENING[name] if as_bool(value) else {}
        elif (name, value) not in MEANINGLESS:
            parameters[RENAMED.get(name, name)] = value
    return parameters | by_name(call, scope)


def _without_download(parts: Sequence[str]) -> Sequence[str]:
    return parts[1:] if parts and parts[0] == "download" else parts


OLDER_NAMES = RENAMED.keys() | WIDENING.keys()
SKIPPED_VALUES = (None, False, *SKIPPED)
MEANINGLESS = (("type", "all"), ("eventid", "all"))
