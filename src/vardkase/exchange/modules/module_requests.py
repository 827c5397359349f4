"""Using modules: permissions, configuration, and queries about events and attributes."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vardkase.core.errors import NotFound
from vardkase.core.jobs.problems import problem_of
from vardkase.core.limits import Limit
from vardkase.core.problems import Problem
from vardkase.core.settings import stored_values
from vardkase.exchange.modules.errors import ModuleFailed, ModulesUnreachable
from vardkase.exchange.modules.problems import ModuleProblem
from vardkase.exchange.modules.reach import Document, as_far_as
from vardkase.exchange.modules.server import Module, ModuleKind, ask, modules
from vardkase.exchange.modules.settings import ENABLED, TIMEOUTS
from vardkase.formats.incoming.module_answers import document_of
from vardkase.formats.incoming.reading_time import reading_time
from vardkase.identity.access.actor import Actor

LONGEST = 240.0
"""Seconds that one request may spend on modules."""
READING = Limit("reading by modules", allowed=12_000, window=3600)
"""In tenths of a second for each account: each answer that is waited for keeps a request waiting."""


def usable_modules(actor: Actor, kind: ModuleKind) -> list[Module]:
    """The modules of a kind that the actor may use; empty when the kind is disabled. Raises
    ModulesUnreachable."""
    if not ENABLED[kind].value:
        return []
    values = stored_values(f"Plugin.{kind.prefix}_")
    return [module for module in modules() if kind in module.kinds and _may_use(actor, module, values)]


def usable_module(actor: Actor, kind: ModuleKind, name: str) -> Module:
    for module in usable_modules(actor, kind):
        if module.name == name:
            return module
    raise NotFound(ModuleProblem.NOT_ENABLED())


@dataclass(slots=True)
class Enrichment:
    """The results of modules: the parts found, errors by module, and the number of skipped requests."""

    parts: Document = field(default_factory=dict)
    errors: dict[str, Problem] = field(default_factory=dict)
    left: int = 0


def enriched(
    modules: Sequence[Module], attributes: Iterable[Mapping[str, Any]], seconds: float = LONGEST
) -> Enrichment:
    """Ask each module about each attribute of a type it accepts, for at most `seconds`."""
    found = Enrichment()
    end = time.monotonic() + seconds
    for attribute in attributes:
        for module in modules:
            if attribute["type"] not in module.inputs:
                continue
            if time.monotonic() > end:
                found.left += 1
                continue
            try:
                document = enrichment(module, attribute)
            except (ModuleFailed, ModulesUnreachable) as failed:
                found.errors[module.name] = problem_of(failed)
                continue
            for name, parts in document.items():
                found.parts.setdefault(name, []).extend(parts)
    return found


def enrichment(
    module: Module, attribute: Mapping[str, Any], kind: ModuleKind = ModuleKind.EXPANSION
) -> Document:
    """A module's results for an attribute (MISP document), as parts of its event, for those who may read it.

    Raises ModuleFailed, ModulesUnreachable.
    """
    document = document_of(
        ask_about(module, attribute, kind), f"{attribute['value']}: Enriched via the {module.name} module"
    )
    return as_far_as(attribute, document)


def ask_about(module: Module, attribute: Mapping[str, Any], kind: ModuleKind) -> Any:
    request: dict[str, Any] = {"event_id": attribute["event_id"], **configured(module)}
    if module.standard:
        request["attribute"] = dict(attribute)
    else:
        request[attribute["type"]] = attribute["value"]
        if "data" in attribute:
            request["data"] = attribute["data"]
    # MISP sends it with questions whose answers are only shown.
    if kind is ModuleKind.HOVER:
        request["persistent"] = 0
    return ask(module, request, TIMEOUTS[kind].value)


def read_by(
    actor: Actor,
    module: Module,
    content: str,
    file_name: str,
    event_id: int,
    chosen: Mapping[str, Any],
    *,
    seconds: float = LONGEST,
) -> Document:
    """The result of an import module for a document (base64), which it has `seconds` to read.

    Raises ModuleFailed, ModulesUnreachable, and Invalid if the modules have read for the actor for too long.
    """
    parameters = {name: chosen.get(name, "") for name in module.parameters}
    request = {
        "data": content,
        "filename": file_name,
        "event_id": str(event_id),
        **configured(module, parameters),
    }
    timeout = max(1.0, min(TIMEOUTS[ModuleKind.IMPORT].value, seconds))
    with reading_time(actor.user_id, READING, reserved=int(10 * timeout)):
        answer = ask(module, request, timeout)
    return document_of(answer, f"Imported by the {module.name} module")


def written_by(module: Module, events: Sequence[Mapping[str, Any]]) -> str:
    """The output of an export module for events (in MISP's inner form), as base64. Raises ModuleFailed,
    ModulesUnreachable."""
    request = {"data": list(events), **configured(module)}
    answer = ask(module, request, TIMEOUTS[ModuleKind.EXPORT].value)
    if not isinstance(answer.get("data"), str):
        raise ModuleFailed(ModuleProblem.NO_OUTPUT(module=module.name))
    return str(answer["data"])


def status() -> dict[str, int]:
    """The status of each kind, in MISP's numbers: 0 good, 1 disabled, 2 the server does not respond."""
    on = {kind: setting.value for kind, setting in ENABLED.items() if kind is not ModuleKind.HOVER}
    good = 0
    if any(on.values()):
        try:
            modules()
        except ModulesUnreachable:
            good = 2
    return {kind.prefix: good if enabled else 1 for kind, enabled in on.items()}


def configured(module: Module, parameters: Mapping[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """``config`` of a request: the site administrators' settings and `parameters`; omitted if empty.

    Many modules use their defaults only if there is no ``config`` at all.
    """
    start = f"Plugin.{module.prefix}_{module.name}_"
    values = stored_values(start)
    config = {name: values[start + name] for name in module.configuration if start + name in values}
    config |= parameters or {}
    return {"config": config} if config else {}


def _may_use(actor: Actor, module: Module, values: Mapping[str, Any]) -> bool:
    start = f"Plugin.{module.prefix}_{module.name}"
    if not values.get(f"{start}_enabled"):
        return False
    restricted_to = values.get(f"{start}_restrict")
    return not restricted_to or actor.is_site_admin or restricted_to == actor.organisation_id
