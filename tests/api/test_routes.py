"""Parsing MISP's paths."""

from __future__ import annotations

import pytest

from vardkase.api.request import route_of

SAME = ["/eventReports/index", "/event_reports/index", "//EVENTREPORTS/Index", "/eventReports/index.json"]


@pytest.mark.parametrize("path", SAME)
def test_spellings_of_controller_are_one_route(path: str) -> None:
    assert route_of("GET", path).name == "eventreports/index"


def test_admin_is_prefix() -> None:
    assert route_of("POST", "/admin/users/add").name == "admin/users/add"


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/", "events/index"),
        ("GET", "/events", "events/index"),
        ("POST", "/events", "events/add"),
        ("GET", "/events/12", "events/view"),
        ("PUT", "/events/12", "events/edit"),
        ("POST", "/attributes/12", "attributes/edit"),
        ("DELETE", "/events/5dec99be-ae40-4ada-84d3-98850c51019b", "events/delete"),
        ("PATCH", "/events/12", "events/patch"),
        ("GET", "/correlation_exclusions", "correlationexclusions/index"),
    ],
)
def test_resource_routes(method: str, path: str, name: str) -> None:
    assert route_of(method, path).name == name


def test_named_parameters_are_separated_from_arguments() -> None:
    route = route_of("GET", "/events/index/searchinfo:red+fox/time:10;30/limit:2/5")
    assert route.named == {"searchinfo": "red fox", "time": "10:30", "limit": "2"}
    assert route.args == ["5"]


def test_repeated_named_parameters_keep_order_and_suffix_is_removed() -> None:
    route = route_of("GET", "/shadow_attributes/index/all:1/deleted[]:0/deleted[]:1.json")
    assert route.named == {"all": "1", "deleted": ["0", "1"]}
    assert route.suffix == "json"


def test_tag_with_colon_is_argument() -> None:
    assert route_of("GET", "/tags/search/tlp:white").segments == ["tlp:white"]
