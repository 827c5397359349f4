"""Available user settings, their allowed values, and who may set them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from vardkase.core import json_limits
from vardkase.core.errors import InvalidValue
from vardkase.identity.user_settings.problems import UserSettingProblem
from vardkase.misp.flags import as_bool

LARGEST = 100_000
"""Characters of a value as JSON."""
MOST_COMPARED = 500
"""Texts in a filter of alerts: each is compared with every attribute of every published event."""

PYTHON_BYTES = re.compile(r"\Ab'(.*)'\Z", re.DOTALL)
"""How PyMISP writes JSON where orjson is installed: bytes as Python shows them."""

BOOLEANS = ("AND", "OR", "NOT")
ALERT_FILTERS = frozenset(
    {
        "Attribute.category",
        "Attribute.comment",
        "Attribute.object_relation",
        "Attribute.to_ids",
        "Attribute.type",
        "Attribute.uuid",
        "Attribute.value",
        "AttributeTag.name",
        "Event.analysis",
        "Event.distribution",
        "Event.info",
        "Event.threat_level_id",
        "Event.uuid",
        "EventTag.name",
        "Object.name",
        "Org.id",
        "Org.name",
        "Org.uuid",
        "Orgc.id",
        "Orgc.name",
        "Orgc.uuid",
        "Tag.name",
        "ThreatLevel.name",
    }
)
"""What publish_alert_filter may compare: a member of an event's document, by MISP's name of it."""

PERIODIC_FILTERS = frozenset(
    {
        "orgc_id",
        "distribution",
        "sharing_group_id",
        "event_info",
        "tags",
        "trending_for_tags",
        "include_correlations",
        "trending_period_amount",
    }
)


def readable(setting: str, given: Any) -> Any:
    """`given` (a value, or its JSON as text) as a value of `setting`. Raises InvalidValue with the problem alone."""
    value = _decoded(given)
    if len(json.dumps(value)) > LARGEST:
        raise InvalidValue(UserSettingProblem.TOO_LONG())
    return SETTINGS[setting](value)


def _decoded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json_limits.decoded(PYTHON_BYTES.sub(r"\1", value))
    except ValueError:
        return value


def read_alert_filter(value: Any) -> Any:
    if _compared(value) > MOST_COMPARED:
        raise InvalidValue(UserSettingProblem.TOO_MANY_COMPARED(most=MOST_COMPARED))
    return value


def _compared(value: Any) -> int:
    if not isinstance(value, dict):
        raise InvalidValue(UserSettingProblem.FILTER_NOT_AN_OBJECT())
    count = 0
    for name, inner in value.items():
        several = inner if isinstance(inner, list) else [inner]
        if name in BOOLEANS:
            count += sum(map(_compared, several))
        elif name not in ALERT_FILTERS:
            raise InvalidValue(UserSettingProblem.NOT_FILTERED_BY(name=name))
        elif not all(isinstance(one, str | int) for one in several):
            raise InvalidValue(UserSettingProblem.NOT_COMPARED_WITH(name=name))
        else:
            count += len(several)
    return count


def read_flag(value: Any) -> Any:
    if isinstance(value, dict | list):
        raise InvalidValue(UserSettingProblem.NOT_A_FLAG())
    return int(as_bool(value))


def read_dashboard(value: Any) -> Any:
    if not isinstance(value, list) or not all(
        isinstance(widget, dict) and isinstance(widget.get("widget"), str) for widget in value
    ):
        raise InvalidValue(UserSettingProblem.NOT_A_DASHBOARD())
    return value


def read_homepage(value: Any) -> Any:
    path = value.get("path") if isinstance(value, dict) else value
    # A browser takes what begins with // for another host.
    if not isinstance(path, str) or not path.startswith("/") or path.startswith("//") or len(path) > 1000:
        raise InvalidValue(UserSettingProblem.NOT_A_PATH())
    return {"path": path}


def read_parameters(value: Any) -> Any:
    if not isinstance(value, dict) or not all(isinstance(inner, dict) for inner in value.values()):
        raise InvalidValue(UserSettingProblem.NO_PARAMETERS())
    return value


def read_numbers(value: Any) -> Any:
    if not isinstance(value, dict) or not all(
        isinstance(number, int | float) and not isinstance(number, bool)
        for number in map(_number, value.values())
    ):
        raise InvalidValue(UserSettingProblem.NO_NUMBERS())
    return {tag: _number(number) for tag, number in value.items()}


def _number(value: Any) -> Any:
    return (
        int(value)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10
        else value
    )


def read_columns(value: Any) -> Any:
    if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
        raise InvalidValue(UserSettingProblem.NO_COLUMNS())
    return list(dict.fromkeys(value))


def read_periodic_filters(value: Any) -> Any:
    if not isinstance(value, dict):
        raise InvalidValue(UserSettingProblem.FILTERS_NOT_AN_OBJECT())
    if unknown := sorted(value.keys() - PERIODIC_FILTERS):
        raise InvalidValue(UserSettingProblem.SUMMARY_NOT_FILTERED_BY(name=unknown[0]))
    return value


SETTINGS: dict[str, Callable[[Any], Any]] = {
    "publish_alert_filter": read_alert_filter,
    "dashboard_access": read_flag,
    "tour_ended": read_flag,
    "dashboard": read_dashboard,
    "homepage": read_homepage,
    "default_restsearch_parameters": read_parameters,
    "tag_numerical_value_override": read_numbers,
    "event_index_hide_columns": read_columns,
    "periodic_notification_filters": read_periodic_filters,
}
"""Every setting with the reader of its values."""

SITE_ADMINS_ONLY = frozenset({"dashboard_access"})
