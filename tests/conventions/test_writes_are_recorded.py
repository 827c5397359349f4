"""Every page, endpoint and command that writes leads to services that write a row of the audit log.

What a page, endpoint or command does is followed through the functions and classes that its code names. Whether the
row is written by the way that is taken, `tests/api/test_roles.py` tells of each endpoint.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import cache, partial
from importlib import import_module
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import typer.main
from django.urls import get_resolver
from procrastinate.tasks import Task

from tests.conventions.test_permissions import views
from vardkase.api.dispatch import declared_permissions
from vardkase.audit.services import record
from vardkase.cli.main import commands
from vardkase.hub.instance.list_exports import list_exported

PAGES = {
    "anonymous-publication/": "leaves no trace of its author; the round is recorded",
    "anonymous-publication/messages/": "the same",
    "event/<reference:reference>/attribute/<int:attribute_id>/modules/": "a preview; what is added is recorded",
    "event/<reference:reference>/columns/": "how tables look to one reader",
    "event/<reference:reference>/copy-from/": "where to copy from is chosen; the copy is recorded",
    "event/<reference:reference>/matrix/<uuid:galaxy>/layer/import/": "a preview; what is added is recorded",
    "event/<reference:reference>/modules/import/": "a preview; what is added is recorded",
    "event/<reference:reference>/reports/draft/": "an unsaved text that its author alone reads",
    "event/<reference:reference>/reports/draft/<uuid:uuid>/discard/": "the same",
    "hub/join/": "shows what another hub offers; that it is joined is recorded",
}
"""Pages that write nothing which others see, by route."""
ENDPOINTS = {
    "admin/users/monitor": "always refused",
    "events/addEventLock": "says for a minute who is at work",
    "events/removeEventLock": "the same",
    "membershipChecklists/test": "looks whether a connection works",
    "notifications/mark_all_read": "what one person has seen",
    "notifications/mark_read": "the same",
    "notifications/mark_unread": "the same",
    "securityStatements/save": "a draft; that it is submitted is recorded",
    "servers/restartDeadWorkers": "does nothing",
    "servers/startWorker": "does nothing",
    "servers/update": "does nothing",
}
COMMANDS = {
    **dict.fromkeys(
        (
            "audit verify",
            "backup list",
            "backup recipients list",
            "content-access list",
            "content-access show",
        ),
        "looks",
    ),
    **dict.fromkeys(
        ("files status", "jobs list", "key list", "membership phase list", "membership schema"), "looks"
    ),
    **dict.fromkeys(
        ("move-in compare", "move-in report", "policy export", "policy show", "policy try"), "looks"
    ),
    **dict.fromkeys(("security reviews", "version"), "looks"),
    "backup new-identity": "a key pair in a file outside the hub",
    "backup recipients openpgp": "prints what a file outside the hub holds",
    "remove": "the program itself",
    "sealed-link challenge": "reads a file on an officer's own machine",
    "sealed-link key": "a key pair in a file outside the hub",
    "sealed-link open": "reads a file on an officer's own machine",
    "sealed-link status": "looks",
}
"""Commands that write nothing into the hub."""
NOT_THROUGH = (list_exported,)
"""What records that a list was read, whatever else the page does."""
CODE = (FunctionType, MethodType, classmethod, staticmethod, property)
OURS = "vardkase."


class Recording:
    """What leads to `record`, and what does not; both are remembered, for thousands of functions are shared."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[Any, bool]] = {id(each): (each, False) for each in NOT_THROUGH}
        self.known[id(record)] = (record, True)

    def leads_from(self, start: Any) -> bool:
        came_from: dict[int, Any] = {id(plain(start)): None}
        waiting = [plain(start)]
        kept = []
        while waiting:
            each = waiting.pop()
            kept.append(each)
            if (found := self.known.get(id(each))) is None:
                for named in map(plain, named_by(each)):
                    if id(named) not in came_from:
                        came_from[id(named)] = each
                        waiting.append(named)
            elif found[1]:
                while each is not None:
                    self.known[id(each)] = (each, True)
                    each = came_from[id(each)]
                return True
        self.known |= {id(each): (each, False) for each in kept}
        return False


def plain(thing: Any) -> Any:
    """The function that is run."""
    while True:
        if isinstance(thing, partial | Task):
            thing = thing.func
        elif isinstance(thing, MethodType | classmethod | staticmethod):
            thing = thing.__func__
        elif isinstance(thing, property):
            thing = thing.fget
        else:
            return thing


def named_by(thing: Any) -> list[Any]:
    """What the code of a function or class of ours names, and what is in a collection or object."""
    if isinstance(thing, FunctionType):
        return list(of_function(thing)) if thing.__module__.startswith(OURS) else []
    if isinstance(thing, type):
        classes = (each for each in thing.__mro__ if each.__module__.startswith(OURS))
        return [each for owner in classes for each in vars(owner).values() if isinstance(each, CODE)]
    if isinstance(thing, Mapping):
        return list(thing.values())
    if isinstance(thing, list | tuple):
        return list(thing)
    if type(thing).__module__.startswith(OURS):
        slots = (name for owner in type(thing).__mro__ for name in getattr(owner, "__slots__", ()))
        held = [*getattr(thing, "__dict__", {}).values(), *(getattr(thing, name, None) for name in slots)]
        return [type(thing), *held]
    return []


def of_function(function: FunctionType) -> Iterator[Any]:
    for code in codes(function.__code__):
        named = [function.__globals__.get(name) for name in code.co_names]
        yield from named
        modules = [each for each in named if isinstance(each, ModuleType)]
        modules += [module for name in code.co_names if (module := imported(name)) is not None]
        for module in modules:
            yield from (getattr(module, name, None) for name in code.co_names)
    for cell in function.__closure__ or ():
        yield cell.cell_contents


@cache
def imported(name: str) -> ModuleType | None:
    return import_module(name) if name.startswith(OURS) else None


def codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def written_commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from written_commands(command, f"{before}{name} ")
        else:
            yield before + name, inspect.unwrap(command.callback)


def test_everything_that_writes_leads_to_the_audit_log() -> None:
    recording = Recording()
    pages = {route: view for route, view in views(get_resolver()) if getattr(view, "declared_writes", False)}
    assert len(pages) > 400
    silent = {route for route, view in pages.items() if not recording.leads_from(view.__wrapped__)}
    assert silent ^ set(PAGES) == set()
    endpoints = [each for each in declared_permissions() if each.writes]
    assert len(endpoints) > 400
    assert {each.name for each in endpoints if not recording.leads_from(each.handler)} ^ set(
        ENDPOINTS
    ) == set()
    found = dict(written_commands(typer.main.get_command(commands)))
    assert {name for name, run in found.items() if not recording.leads_from(run)} ^ set(COMMANDS) == set()
