"""A member installation has none of the hub's pages, endpoints and commands, nor a hub those of a member."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as configured
from django.urls import URLPattern, URLResolver, get_resolver
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from tests.api.calls import call
from tests.factories.officers import officer
from tests.factories.seed import Seed
from tests.support.lanes import in_both_lanes
from tests.web.signed_in import signed_in
from vardkase.api import registry
from vardkase.api.dispatch import _endpoints, declared_permissions
from vardkase.api.openapi.document import document
from vardkase.cli.main import commands
from vardkase.hub.profiles import EVERY, NONE, Profile, is_available, only_in, profiles_of

HUB_PACKAGES = (
    "membership",
    "customer_service",
    "public_records",
    "correspondence",
    "public_pages",
    "enrolment",
)
IN_BOTH = (
    "vardkase.cli.check",
    "vardkase.web.core.settings.views",
    "vardkase.web.hub.guide",
    "vardkase.web.home.views",
    "vardkase.web.identity.access_reviews",
    "vardkase.web.identity.sign_in_policy",
)
"""They use the hub's packages and exist in both profiles: on a member installation they have nothing to show."""

DECLARED_ONE_BY_ONE = ("vardkase.web.hub.training.views",)
HUB_ONLY = {
    "api.case_files",
    "api.membership",
    "cli.admission",
    "cli.applications",
    "cli.assessments",
    "cli.changes",
    "cli.checklists",
    "cli.communities",
    "cli.enrolment.enrolment_code",
    "cli.membership",
    "cli.sealed_links",
    "cli.statements",
    "cli.support",
    "web.hub.anonymous_publication",
    "web.hub.case_files",
    "web.hub.law",
    "web.hub.office",
    "web.hub.sealed_links",
    "web.hub.author_relay",
    "web.hub.signatures",
    "web.hub.membership",
    "web.hub.public_records",
    "web.hub.correspondence",
    "web.hub.enrolment.codes",
    "web.hub.training.views.of_member",
    "web.hub.training.views.remove_of_member",
    "web.hub.public_pages",
    "web.hub.vulnerability_reports",
    "web.hub.customer_service",
    "web.hub.data_protection",
    "web.hub.retention",
    "api.retention",
    "api.office_reports",
}
MEMBER_ONLY = {"cli.enrolment.enrol", "web.hub.enrolment.joining"}


def pages(resolver: URLResolver | None = None, before: str = "/") -> Iterator[tuple[str, Callable[..., Any]]]:
    """The address and view of every page, with its arguments filled in."""
    for each in (resolver or get_resolver()).url_patterns:
        route = before + re.sub(r"<(int:)?[^>]*>", lambda found: "1" if found[1] else "x", str(each.pattern))
        if isinstance(each, URLResolver):
            yield from pages(each, route)
        elif isinstance(each, URLPattern):
            yield route, each.callback


def every_command(
    group: TyperGroup, *before: str
) -> Iterator[tuple[tuple[str, ...], Callable[..., Any] | None]]:
    """The words and the function of every command."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from every_command(command, *before, name)
        else:
            yield (*before, name), command.callback


def unavailable(found: Iterator[tuple[Any, Any]]) -> list[Any]:
    """What the current profile leaves out."""
    return [where for where, function in found if function is not None and not is_available(function)]


def unavailable_commands() -> list[tuple[str, ...]]:
    root = get_command(commands)
    assert isinstance(root, TyperGroup)
    return unavailable(every_command(root))


@pytest.fixture
def as_member(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configured, "VARDKASE_PROFILE", "member")


@in_both_lanes
def test_hub_pages_are_absent_on_member_installation(
    seed: Seed, step: int, as_member: None, password_is_enough: None
) -> None:
    absent = unavailable(pages())
    assert {"/members/1/", "/apply/status/", "/service/1/step/", "/membership/phases/"} <= set(absent)
    web = signed_in(officer(seed))
    found = {
        (path, ask.__name__): status
        for path in sorted(absent)[::step]
        for ask in (web.get, web.post)
        if (status := ask(path).status_code) != 404
    }
    assert not found


def test_hub_endpoints_are_absent_on_member_installation(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    assert registry.controllers()
    both = {each.name: each for each in declared_permissions()}
    monkeypatch.setattr(configured, "VARDKASE_PROFILE", "member")
    absent = both.keys() - {each.name for each in declared_permissions()}
    assert {"memberships/activate", "membershipApplications/step", "enrolments/redeem"} <= absent
    key = officer(seed).key
    for name in sorted(absent):
        for method in both[name].methods:
            status, body = call(key, method, f"/{name}", {} if method != "GET" else None)
            assert (status, body["message"]) == (404, "Not Found"), (name, method)
    assert call(None, "POST", "/enrolments/offer", {"code": "x"})[0] == 404
    paths = document.__wrapped__()["paths"]
    assert not [path for path in paths if path.startswith(("/membership", "/enrolments"))]


def test_hub_commands_are_absent_on_member_installation(seed: Seed, as_member: None) -> None:
    absent = unavailable_commands()
    assert {("membership", "activate"), ("support", "import-mail"), ("enrolment-code",)} <= set(absent)
    for words in absent:
        done = CliRunner().invoke(commands, words)
        assert done.exit_code == 2, words
        assert f"there is no such command: {words[0]} is a hub's" in done.output
    shown = CliRunner().invoke(commands, ["--help"]).output
    assert "Memberships:" not in shown
    assert "enrol " in shown


def test_enrolment_is_absent_on_hub(seed: Seed, password_is_enough: None) -> None:
    web = signed_in(seed.site_admin)
    assert {web.post(path).status_code for path in unavailable(pages())} == {404}
    assert unavailable_commands() == [("enrol",)]
    done = CliRunner().invoke(commands, ["enrol", "x", "https://hub.example"])
    assert (done.exit_code, "for a member's own platform" in done.output) == (2, True)


def test_every_interface_declares_its_profiles() -> None:
    """Pages, endpoints and commands, by module: which exist only on a hub, which only on a member
    installation.
    """
    registry.controllers()
    root = get_command(commands)
    assert isinstance(root, TyperGroup)
    endpoints = [(each.name, each.handler) for each in _endpoints.values()]
    everything = [*pages(), *endpoints, *every_command(root)]
    declared = [
        (where, handler, profiles_of(handler)) for where, handler in everything if handler is not None
    ]
    assert not [where for where, _, profiles in declared if profiles == NONE]
    assert _places(declared, Profile.HUB) == HUB_ONLY
    assert _places(declared, Profile.MEMBER) == MEMBER_ONLY
    modules = {handler.__module__ for _, handler, profiles in declared if profiles == EVERY}
    readers = {name for name in modules if name.startswith("vardkase.") and _reads_of_a_hub(name)}
    assert not {name for name in readers if not name.startswith(IN_BOTH) and name not in DECLARED_ONE_BY_ONE}


def test_undeclared_interface_exists_in_no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    def undeclared() -> None: ...

    for name in ("vardkase.web.hub.unheard_of", "vardkase.api", "django.views.static", "os"):
        undeclared.__module__ = name
        for value in ("hub", "member"):
            monkeypatch.setattr(configured, "VARDKASE_PROFILE", value)
            assert not is_available(undeclared)
    undeclared.__module__ = "vardkase.web.hub.membership.a_module_of_tomorrow"
    assert profiles_of(undeclared) is Profile.HUB
    assert profiles_of(only_in(Profile.MEMBER)(undeclared)) is Profile.MEMBER


def _places(declared: list[tuple[Any, Callable[..., Any], Profile]], wanted: Profile) -> set[str]:
    """The modules of what exists in `wanted` only, with the function's name where its module declares
    something else.
    """
    places = set()
    for _, handler, profiles in declared:
        if profiles == wanted:
            parts = handler.__module__.removeprefix("vardkase.").split(".")
            one = hasattr(handler, "profiles")
            places.add(f"{'.'.join(parts)}.{handler.__name__}" if one else ".".join(parts[: _depth(parts)]))
    return places


def _depth(parts: list[str]) -> int:
    if parts[0] != "web":
        return 2
    return 4 if parts[2] == "enrolment" else 3


def _reads_of_a_hub(module: str) -> bool:
    packages = tuple(f"vardkase.hub.{package}" for package in HUB_PACKAGES)
    tree = ast.walk(ast.parse(inspect.getsource(sys.modules[module])))
    return any(isinstance(each, ast.ImportFrom) and (each.module or "").startswith(packages) for each in tree)
