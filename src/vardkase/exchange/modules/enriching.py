"""Enriching an event: modules available for it and its parts, and full enrichment as a background job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import batched
from typing import Any

import msgspec

from vardkase.core.jobs.progress import report
from vardkase.core.problems import Problem
from vardkase.exchange.modules.errors import ModuleFailed
from vardkase.exchange.modules.module_requests import enriched, usable_module
from vardkase.exchange.modules.problems import ModuleProblem
from vardkase.exchange.modules.server import Module, ModuleKind
from vardkase.formats.misp_json import AttributeOptions, attribute_pages, chosen_ids
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.intel.errors import NotOwned
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.lists import attributes_of_types, types_in_event
from vardkase.intel.rules import may_modify_event
from vardkase.intel.services.added_parts import add_parts

WHOLE = AttributeOptions(include_attachments=True)
AT_ONCE = 50
"""Attributes sent to modules before the results are stored."""
TIMEOUT = 3600.0
"""Seconds that a job may spend on one batch."""


def modules_for(actor: Actor, event: EventRow, names: Sequence[str]) -> list[Module]:
    """The named modules, for an event that the actor may change: nobody else may send it to modules.

    Raises Forbidden, NotYours, NotFound, ModulesUnreachable.
    """
    actor.require_writing()
    if not may_modify_event(actor, event):
        raise NotOwned
    return [usable_module(actor, ModuleKind.EXPANSION, name) for name in names]


def attributes_for(actor: Actor, event: EventRow, modules: Sequence[Module]) -> Iterator[dict[str, Any]]:
    types = sorted({kind for module in modules for kind in module.inputs})
    ids = chosen_ids(attributes_of_types(actor, event.id, types))
    for page in attribute_pages(actor, ids, WHOLE):
        for attribute in page:
            attribute.Event = attribute.Object = msgspec.UNSET
            yield msgspec.json.decode(msgspec.json.encode(attribute))


def enrich_event(actor: Actor, event_id: int, names: Sequence[str]) -> None:
    """Query modules about all suitable attributes of an event and add the results, in portions.

    Raises what `modules_for` raises; ModuleFailed with each module's last fault, once everything else is
    stored.
    """
    event = find_event(actor, event_id)
    chosen = modules_for(actor, event, names)
    faults: dict[str, Problem] = {}
    total = sum(
        count
        for kind, count in types_in_event(actor, event.id).items()
        if any(kind in module.inputs for module in chosen)
    )
    done = 0
    for attributes in batched(attributes_for(actor, event, chosen), AT_ONCE):
        found = enriched(chosen, attributes, TIMEOUT)
        faults |= found.errors | ({"time": ModuleProblem.TOO_SLOW()} if found.left else {})
        if any(found.parts.values()):
            add_parts(actor, event.id, found.parts)
        done += len(attributes)
        report(done, total)
    if faults:
        problems = [ModuleProblem.OF_MODULE(module=name, reason=faults[name]) for name in sorted(faults)]
        raise ModuleFailed(
            reduce(lambda first, rest: ModuleProblem.SEVERAL(first=first, rest=rest), problems)
        )
