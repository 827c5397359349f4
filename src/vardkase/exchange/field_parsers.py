"""Reads and validates single configuration values (names, addresses, rules); each raises Invalid."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from vardkase.core import json_limits
from vardkase.core.errors import Invalid
from vardkase.exchange.problems import ConfigurationProblem
from vardkase.identity.organisations.fields import short_text

RULE_LISTS = ("OR", "NOT")
LONGEST_RULE = 1000
PORTS = {"http": 80, "https": 443}


def name(value: Any) -> str:
    if not (text := short_text(value)):
        raise Invalid(ConfigurationProblem.NAME_MISSING())
    return text


def web_address(value: Any) -> str:
    url = short_text(value)
    scheme, host, _ = origin(url)
    if scheme not in ("http", "https") or not host:
        raise Invalid(ConfigurationProblem.BAD_ADDRESS())
    # Addresses are shown, logged and audited: they must not carry a password.
    if "@" in urlsplit(url).netloc:
        raise Invalid(ConfigurationProblem.CREDENTIALS_IN_ADDRESS())
    return url


def base_address(value: Any) -> str:
    return web_address(value).rstrip("/")


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address. Raises ValueError."""
    parsed = urlsplit(url)
    return parsed.scheme, parsed.hostname or "", parsed.port or PORTS.get(parsed.scheme, 0)


def member_of(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in choices:
            raise Invalid(ConfigurationProblem.NO_SUCH_CHOICE(choices=choices))
        return str(value)

    return read


def rules(value: Any) -> dict[str, Any]:
    """Filter rules, as an object or its JSON: ``{"tags": {"OR": […], "NOT": […]}, "orgs": …, "url_params":
    ""}``.

    What MISP stores beside the lists (type_attributes, type_objects) is a list under NOT.
    """
    parsed = decoded(value)
    if not isinstance(parsed, dict):
        raise Invalid(ConfigurationProblem.RULES_NOT_AN_OBJECT())
    found: dict[str, Any] = {}
    for name, lists in parsed.items():
        if name in ("tags", "orgs", "type_attributes", "type_objects"):
            if not isinstance(lists, dict) or not lists.keys() <= set(RULE_LISTS):
                raise Invalid(ConfigurationProblem.NOT_RULE_LISTS())
            found[name] = {side: _texts(texts) for side, texts in lists.items()}
        elif name == "url_params":
            # More filters for the other side's index, as the JSON of an object.
            written = lists if isinstance(lists, str) else json.dumps(lists)
            if len(written) > LONGEST_RULE or not isinstance(decoded(written), dict):
                raise Invalid(ConfigurationProblem.NOT_URL_PARAMETERS())
            found[name] = written
        else:
            raise Invalid(ConfigurationProblem.UNKNOWN_RULES(name=str(name)[:40]))
    return found


def decoded(value: Any) -> Any:
    """`value`, decoded if it is JSON text; empty becomes {}. Raises Invalid."""
    if not isinstance(value, str):
        return value or {}
    try:
        return json_limits.decoded(value) if value.strip() else {}
    except ValueError:
        raise Invalid(ConfigurationProblem.NOT_JSON()) from None


def filters(value: Any) -> dict[str, Any]:
    found = decoded(value)
    if not isinstance(found, dict):
        raise Invalid(ConfigurationProblem.FILTERS_NOT_AN_OBJECT())
    return found


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(
        isinstance(text, str | int) and len(str(text)) <= LONGEST_RULE for text in value
    ):
        raise Invalid(ConfigurationProblem.NOT_RULE_TEXTS())
    return [str(text) for text in value]
