"""The export formats that pages offer: which there are, what each is for, and the file in one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, groupby
from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.analysis.search.filters import Restriction, Scope
from vardkase.analysis.search.parse import parse
from vardkase.analysis.search.sql import query
from vardkase.core.optional_parts import OptionalPart, PartMissing
from vardkase.core.sandbox import LimitReached, ProgramFailed
from vardkase.exchange.fetches.models import FetchChannel
from vardkase.exchange.fetches.services import record_search
from vardkase.formats.misp_json import chosen_ids
from vardkase.formats.registry import FORMATS, ZEEK, Format
from vardkase.web.ui.files import download
from vardkase.web.ui.pages import PageRequest

DOCUMENTS = _("Full events, for other platforms")
TABLES = _("Tables, for spreadsheets")
RULES = _("Detection rules")
LISTS = _("Indicator lists, for firewalls and other devices")
OVERVIEWS = _("Summaries")
ATTRIBUTES_ONLY = _("For other platforms")
"""What DOCUMENTS are called where they hold no whole events."""

JSON_WITH_ATTACHMENTS = "json-attachments"
NO_FILTERS: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A format of restSearch with options, under a name of its own in URLs."""

    slug: str
    group: Promise
    label: Promise | str
    purpose: Promise
    registered: str
    """Its name in `formats.registry`."""
    options: Mapping[str, Any] = field(default_factory=dict)
    needs: OptionalPart | None = None
    purpose_for_attributes: Promise | None = None
    """Where it differs, in a file of attributes without the rest of their events."""

    @property
    def output(self) -> Format:
        return ZEEK["all"] if self.registered == "zeek" else FORMATS[self.registered]

    @property
    def scope(self) -> Scope:
        """Zeek's files are written of attributes only."""
        return Scope.EVENTS if Scope.EVENTS in self.output.renderers else Scope.ATTRIBUTES

    @property
    def takes_attributes(self) -> bool:
        return Scope.ATTRIBUTES in self.output.renderers

    @property
    def for_attributes(self) -> ExportFormat:
        return replace(self, purpose=self.purpose_for_attributes or self.purpose)

    @property
    def is_usable(self) -> bool:
        return self.needs is None or self.needs.is_installed

    @property
    def detection_only(self) -> bool:
        """Whether the file contains only values marked for detection."""
        return self.output.restrictive


EXPORT_FORMATS = (
    ExportFormat(
        "json",
        DOCUMENTS,
        "MISP JSON",
        _("Full event data in MISP’s native format."),
        "json",
        purpose_for_attributes=_("The attributes in MISP’s native format."),
    ),
    ExportFormat(
        JSON_WITH_ATTACHMENTS,
        DOCUMENTS,
        _("MISP JSON with attachments"),
        _("The same, with attachments and malware samples embedded."),
        "json",
        {"withAttachments": 1},
    ),
    ExportFormat(
        "xml",
        DOCUMENTS,
        "MISP XML",
        _("Full event data as MISP XML."),
        "xml",
        purpose_for_attributes=_("The attributes as MISP XML."),
    ),
    ExportFormat(
        "stix2",
        DOCUMENTS,
        "STIX 2.1",
        _("The standard for TAXII servers, OpenCTI and most SIEMs."),
        "stix2",
        {"stix-version": "2.1"},
        OptionalPart.STIX,
    ),
    ExportFormat(
        "stix1", DOCUMENTS, "STIX 1.1.1", _("XML, for legacy systems."), "stix", needs=OptionalPart.STIX
    ),
    ExportFormat("openioc", DOCUMENTS, "OpenIOC 1.0", _("For Mandiant and other OpenIOC tools."), "openioc"),
    ExportFormat(
        "csv",
        TABLES,
        "CSV",
        _("One row per attribute."),
        "csv",
        {"includeContext": 1, "escapeFormulas": 1},
    ),
    ExportFormat("xlsx", TABLES, "Excel", _("The same columns in a workbook."), "xlsx"),
    ExportFormat("suricata", RULES, "Suricata", _("Rules in Suricata syntax."), "suricata"),
    ExportFormat("snort", RULES, "Snort", _("Rules for Snort 2 and 3."), "snort"),
    ExportFormat(
        "yara",
        RULES,
        "YARA",
        _("Rules generated from hashes and patterns, plus any YARA rules in the events."),
        "yara",
        needs=OptionalPart.YARA,
    ),
    ExportFormat("zeek", RULES, "Zeek", _("Input files for the Zeek Intelligence Framework."), "zeek"),
    ExportFormat("kunai", RULES, "Kunai", _("Indicators for Kunai, the Linux threat-hunting tool."), "kunai"),
    ExportFormat("text", LISTS, _("Values"), _("One value per line."), "text"),
    ExportFormat("hashes", LISTS, _("Hashes"), _("File hashes, one per line."), "hashes"),
    ExportFormat("hosts", LISTS, _("Hosts file"), _("Blocks the domains on a single machine."), "hosts"),
    ExportFormat(
        "rpz", LISTS, "RPZ", _("Response policy zone: blocks the domains in a DNS resolver."), "rpz"
    ),
    ExportFormat(
        "netfilter",
        LISTS,
        "netfilter",
        _("iptables commands that drop traffic from the addresses."),
        "netfilter",
    ),
    ExportFormat(
        "attack",
        OVERVIEWS,
        _("ATT&CK heat map"),
        _("ATT&CK matrix of the techniques observed, as JSON."),
        "attack",
    ),
    ExportFormat(
        "context",
        OVERVIEWS,
        _("Context"),
        _("Tags, clusters and techniques as Markdown."),
        "context-markdown",
    ),
)

BY_SLUG = {offered.slug: offered for offered in EXPORT_FORMATS}


def offered_formats() -> list[tuple[Promise, list[ExportFormat]]]:
    """The formats in which this hub can write events, by group."""
    usable = [offered for offered in EXPORT_FORMATS if offered.is_usable]
    return [(group, list(members)) for group, members in groupby(usable, key=lambda offered: offered.group)]


def offered_for_attributes() -> list[tuple[Promise, list[ExportFormat]]]:
    """The formats in which it can write attributes without their events."""
    formats = [
        (
            # By identity: the words of a lazy text, and with them its hash, differ by language.
            ATTRIBUTES_ONLY if group is DOCUMENTS else group,
            [offered.for_attributes for offered in members if offered.takes_attributes],
        )
        for group, members in offered_formats()
    ]
    return [(group, members) for group, members in formats if members]


def export_events(request: PageRequest, slug: str, event_ids: Sequence[int], name: str) -> HttpResponseBase:
    """The file, called `name`, of those of these events that the actor may read; a page that says why not if the
    format cannot be written now. Raises Http404 for an unknown format."""
    offered = _offered(slug)
    return _file(request, offered, offered.scope, name, {"id_list": tuple(event_ids)})


def export_attributes(
    request: PageRequest, slug: str, restriction: Restriction, name: str
) -> HttpResponseBase:
    """As `export_events`, of the attributes that meet `restriction`, without the rest of their events."""
    offered = _offered(slug)
    if not offered.takes_attributes:
        raise Http404
    return _file(request, offered, Scope.ATTRIBUTES, name, {"restriction": restriction})


def offered_for(scope: Scope) -> list[tuple[Promise, list[ExportFormat]]]:
    """The formats in which it can write what a search in this scope finds."""
    if scope is Scope.EVENTS:
        return offered_formats()
    if scope is Scope.ATTRIBUTES:
        return offered_for_attributes()
    # One name can be several formats with options; the first is the plain one.
    plain = {
        offered.registered: offered
        for offered in reversed(EXPORT_FORMATS)
        if scope in offered.output.renderers
    }
    return [(ATTRIBUTES_ONLY, list(plain.values()))]


def export_search(
    request: PageRequest, slug: str, scope: Scope, filters: Mapping[str, Any], name: str
) -> HttpResponseBase:
    """As `export_events`, of what a restSearch finds. Raises Invalid for filters that cannot be parsed."""
    offered = _offered(slug)
    if scope not in offered.output.renderers:
        # Of the events of a search, Zeek's files are written of their attributes.
        event_ids = chosen_ids(query(request.actor, parse(scope, filters))) if scope is Scope.EVENTS else None
        if event_ids is None:
            raise Http404
        return export_events(request, slug, event_ids, name)
    return _file(request, offered, scope, name, {}, filters)


def _offered(slug: str) -> ExportFormat:
    if (offered := BY_SLUG.get(slug)) is None:
        raise Http404
    return offered


def _file(
    request: PageRequest,
    offered: ExportFormat,
    scope: Scope,
    name: str,
    chosen: Mapping[str, Any],
    filters: Mapping[str, Any] = NO_FILTERS,
) -> HttpResponseBase:
    output = offered.output
    # Without `published`: who downloads the rules of a draft wants to see what they will be.
    defaults = {name: value for name, value in output.defaults(scope).items() if name != "published"}
    base_url = request.build_absolute_uri("/").rstrip("/")
    search = replace(parse(scope, {**defaults, **offered.options, **filters}), base_url=base_url, **chosen)
    try:
        if offered.needs:
            offered.needs.require()
        found = output.find(request.actor, search)
        record_search(request.actor, FetchChannel.EXPORT, scope, found)
        content = output.renderers[scope](request.actor, search, found)
        # What fails before its first part fails now, while the answer can still be a page.
        begun = chain([next(content, b"")], content)
    except (PartMissing, LimitReached, ProgramFailed) as refused:
        status = 501 if isinstance(refused, PartMissing) else 503
        return render(request, "refused.html", {"why": str(refused)}, status=status)
    suffix = "" if offered.slug == output.extension else f".{offered.slug}"
    return download(begun, f"{name}{suffix}.{output.extension}", output.content_type)
