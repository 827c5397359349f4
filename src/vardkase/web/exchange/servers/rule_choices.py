"""Choices for the rules of a connection.

What we send is ruled by tags and organisations here, kept by their ids; what we fetch by the other hub's names
for them, which it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.core.cache import cache

from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.servers.client import remote_filtering_rules
from vardkase.exchange.servers.models import Server
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import organisations
from vardkase.knowledge.object_templates.queries import active_templates
from vardkase.knowledge.taxonomies.queries import visible_tags
from vardkase.misp.types import TYPES
from vardkase.web.ui.forms.picker import SHOWN, Choices, Names, RowChoices

REMEMBERED = 600
"""Seconds that the other hub's names are kept: somebody who types asks many times."""


def rule_choices(actor: Actor, server: Server | None) -> dict[str, Choices]:
    """Where each list of the rules of `server` (None for a new one) gets its choices, by field prefix."""
    return {
        "push_tags": RowChoices(lambda: visible_tags(actor)),
        "push_orgs": RowChoices(lambda: organisations("all")),
        "pull_tags": Names(lambda text: _names_of_tags(actor, server, text), free=True),
        "pull_orgs": Names(lambda text: _names_of_organisations(actor, server, text), free=True),
        "pull_types": Names(lambda text: (name for name in TYPES if text.lower() in name)),
        "pull_objects": RowChoices(active_templates, "uuid"),
    }


def _names_of_tags(actor: Actor, server: Server | None, text: str) -> Iterable[str]:
    known = visible_tags(actor).filter(name__icontains=text).values_list("name", flat=True)
    return [*_remote(actor, server, "tags", text), *known[:SHOWN]]


def _names_of_organisations(actor: Actor, server: Server | None, text: str) -> Iterable[str]:
    known = organisations("all", text).values_list("name", flat=True)
    return [*_remote(actor, server, "organisations", text), *known[:SHOWN]]


def _remote(actor: Actor, server: Server | None, kind: str, text: str) -> list[str]:
    """The other hub's own names that contain `text`; empty while it cannot be reached."""
    if server is None:
        return []
    # An empty answer is cached as well: otherwise every letter typed would wait for a hub that is down.
    names = cache.get_or_set(f"rule names {server.pk}", lambda: _asked(actor, server), REMEMBERED) or {}
    return [name for name in names.get(kind, ()) if text.lower() in name.lower()][:SHOWN]


def _asked(actor: Actor, server: Server) -> dict[str, list[str]]:
    try:
        return remote_filtering_rules(actor, server.pk)
    except OutgoingFailed:
        return {}
