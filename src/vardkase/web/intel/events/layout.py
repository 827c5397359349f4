"""Common frame of the event pages: header and tabs."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from vardkase.analysis.correlation.queries import RelatedEvent, related_events
from vardkase.hub.data_protection.controllers.queries import controller_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.analyst_data.threads import ThreadFilter, count_threads
from vardkase.intel.event_delegations.queries import delegation_of_event
from vardkase.intel.proposals.queries import counts_of_event
from vardkase.intel.publication_requests.queries import request_about
from vardkase.intel.queries import event_parts, versions
from vardkase.intel.queries.event_index import index_rows
from vardkase.intel.queries.find import find_event
from vardkase.misp.distribution import Distribution
from vardkase.web.intel.event_delegations.presenters import ShownDelegation
from vardkase.web.intel.events import header
from vardkase.web.intel.events.rows import ListedEvent
from vardkase.web.intel.events.shell import EventLayout

RELATED_SHOWN = 5
"""Events named in the header; the tab has them all."""
MOST_COUNTED = 20_000
"""Attributes of an event whose notes are counted for its tab: of 60,000, that took a tenth of a second."""
AT_ONCE = 1000
"""The related events of a larger event are looked up after its page is there, by a request of their own."""


def shell_of(actor: Actor, reference: str) -> EventLayout:
    event = find_event(actor, reference)
    (row,) = index_rows(actor, [event.id])
    related = related_events(actor, event.id) if row.attribute_count <= AT_ONCE else None
    tags = event_parts.event_tags(event.id)
    return EventLayout(actor, event, row.attribute_count, ListedEvent(row), tags, related)


def shell_context(shell: EventLayout, part: str) -> dict[str, Any]:
    extends, extended_by = event_parts.extended_events(shell.actor, shell.event)
    first = (shell.related or [])[:RELATED_SHOWN]
    proposed, decided = counts_of_event(shell.actor, shell.event.id)
    tlp = header.tlp_check(shell)
    # Only private events are handed over.
    is_private = shell.event.distribution == Distribution.ORGANISATION
    asked = delegation_of_event(shell.actor, shell.event.id) if is_private else None
    owners = header.owners_of(shell, asked)
    galaxies = header.galaxies_of(shell)
    return {
        "shell": shell,
        "wish": request_about(shell.actor, shell.event.id),
        "asked": ShownDelegation(shell.actor, asked) if asked else None,
        "event": shell.event,
        "tabs": _tabs(shell, part, proposed, decided, is_extended=bool(extended_by)),
        "to_dos": list(header.to_dos(shell, tlp, proposed, owners)),
        "tlp_findings": [*tlp.stops, *tlp.asks],
        "galaxies": galaxies.lines,
        "attack_matrix": galaxies.attack,
        "readers": header.readers_of(shell, owners),
        "latest": header.latest_version(shell),
        "controller": controller_of(shell.event.uuid),
        "related": with_rows(shell.actor, first),
        "extends": extends,
        "extended_by": extended_by,
        "creator": Organisation.objects.get(pk=shell.event.orgc_id),
    }


def with_rows(actor: Actor, related: list[RelatedEvent]) -> list[dict[str, Any]]:
    rows = {row.id: row for row in index_rows(actor, [event.event_id for event in related])}
    return [
        {"event": ListedEvent(rows[event.event_id]), "shared": event.shared}
        for event in related
        if event.event_id in rows
    ]


def _tabs(
    shell: EventLayout, part: str, proposed: int, decided: int, *, is_extended: bool
) -> list[dict[str, Any]]:
    event_id = shell.event.id
    reports = event_parts.count_reports(shell.actor, event_id)
    is_counted = shell.attribute_count <= MOST_COUNTED
    notes: int | str = count_threads(shell.actor, ThreadFilter(event_id=event_id)) if is_counted else ""
    tabs = [
        ("event", gettext("Attributes"), shell.attribute_count, True),
        ("event_extended", gettext("With extending events"), "", is_extended),
        (
            "event_correlations",
            gettext("Correlations"),
            ("" if shell.related is None else len(shell.related)),
            True,
        ),
        ("event_reports", gettext("Reports"), reports, bool(reports) or shell.may_modify),
        ("event_graph", gettext("Graph"), "", True),
        ("event_timeline", pgettext("of an event", "Timeline"), "", True),
        ("event_distribution", gettext("Distribution"), "", True),
        ("event_proposals", pgettext("event", "Proposals"), proposed, bool(proposed or decided)),
        ("event_notes", pgettext("analyst data", "Notes"), notes, True),
        ("event_history", gettext("History"), "", versions.may_read_history(shell.actor, shell.event)),
    ]
    return [
        {"label": label, "url": reverse(name, args=[event_id]), "count": count, "current": name == part}
        for name, label, count, is_shown in tabs
        if is_shown or name == part
    ]
