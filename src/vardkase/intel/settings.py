"""Settings for events, attributes and their tags, under MISP's names."""

from __future__ import annotations

import json

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.errors import InvalidValue
from vardkase.core.problems import Problem
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

DEFAULT_THREAT_LEVEL = Setting(
    "MISP.default_event_threat_level",
    4,
    _("The threat level of an event that names none."),
    options=((1, _("High")), (2, _("Medium")), (3, _("Low")), (4, _("Undefined"))),
    changed_by=ChangedBy.SITE_ADMIN,
)
DEFAULT_TAG_COLLECTION = Setting(
    "MISP.default_event_tag_collection",
    0,
    _("The id of a tag collection whose tags every event gets that is made here; 0 for none."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
MIRROR_CLUSTERS = Setting(
    "MISP.enable_clusters_mirroring_from_attributes_to_event",
    False,
    _("When a galaxy cluster is put on an attribute, put it on the event as well."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
FOUR_EYES = Setting(
    "MISP.block_publishing_for_same_creator",
    False,
    _("Require that an event is published by someone other than the person who created it."),
    level=2,
    changed_by=ChangedBy.OFFICERS,
)
SANITISE_DELETED = Setting(
    "Security.sanitise_attribute_on_delete",
    False,
    _("When an attribute is deleted but not erased, remove its type, value, comment and attachment."),
    changed_by=ChangedBy.SITE_ADMIN,
)
DISABLE_REST_ALERT = Setting(
    "MISP.disablerestalert",
    True,
    _("Send no mail when an event arrives published over the API. events/alert always sends mail."),
    changed_by=ChangedBy.SITE_ADMIN,
)


def block_rule_problem(rule: str) -> Problem | None:
    try:
        blocked_tags(rule)
    except InvalidValue as fault:
        return fault.problem
    return None


def blocked_tags(value: str) -> frozenset[str]:
    """The tags, in lower case, in the rule `EVENT_BLOCK_RULE`. Raises InvalidValue for a malformed rule."""
    try:
        rule = json.loads(value or "{}")
    except (ValueError, RecursionError):  # A deeply nested text exhausts the parser's stack.
        raise InvalidValue(SettingProblem.NOT_AN_OBJECT()) from None
    tags = rule.get("tags", []) if isinstance(rule, dict) else None
    tags = [tags] if isinstance(tags, str) else tags
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise InvalidValue(SettingProblem.NOT_A_TAG_RULE())
    return frozenset(tag.lower() for tag in tags)


EVENT_BLOCK_RULE = Setting(
    "eventBlockRule",
    "",
    _('Events with one of these tags are taken in from nobody: {"tags": ["name of a tag"]}.'),
    level=2,
    check=block_rule_problem,
    changed_by=ChangedBy.SITE_ADMIN,
)
