"""MISP settings that are fixed here or configured before startup."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.core.instance import instance_uuid
from vardkase.core.problems import Text

type Value = bool | int | str


@dataclass(frozen=True, slots=True)
class InstanceFact:
    """A setting fixed at the start. `level` is MISP's; `secret`: its value is never shown."""

    name: str
    level: int
    description: Text
    read: Callable[[], Value]
    secret: bool = False


def set_before_start(
    name: str, level: int, variable: str, text: Text, read: Callable[[], Value]
) -> InstanceFact:
    return InstanceFact(
        name,
        level,
        format_lazy(_("{text} Set before the start as {variable}."), text=text, variable=variable),
        read,
    )


def constant(name: str, value: Value, text: Text) -> InstanceFact:
    return InstanceFact(name, 2, text, lambda: value)


FACTS: tuple[InstanceFact, ...] = (
    set_before_start(
        "MISP.baseurl", 0, "VARDKASE_BASE_URL", _("How people reach the hub."), lambda: settings.BASE_URL
    ),
    set_before_start(
        "MISP.external_baseurl", 0, "VARDKASE_BASE_URL", _("The same, for others."), lambda: settings.BASE_URL
    ),
    InstanceFact("MISP.uuid", 0, _("This instance's uuid."), instance_uuid),
    set_before_start(
        "MISP.language",
        1,
        "VARDKASE_LANGUAGE",
        _("The language of pages before a person has chosen."),
        lambda: settings.LANGUAGE_CODE,
    ),
    set_before_start(
        "MISP.unpublishedprivate",
        2,
        "VARDKASE_UNPUBLISHED_PRIVATE",
        _("Show unpublished events only to their own organisation."),
        lambda: settings.VARDKASE_UNPUBLISHED_PRIVATE,
    ),
    set_before_start(
        "MISP.default_event_distribution",
        0,
        "VARDKASE_DEFAULT_EVENT_DISTRIBUTION",
        _("The distribution of an event that names none."),
        lambda: settings.VARDKASE_DEFAULT_EVENT_DISTRIBUTION,
    ),
    set_before_start(
        "MISP.default_attribute_distribution",
        0,
        "VARDKASE_DEFAULT_ATTRIBUTE_DISTRIBUTION",
        _("The distribution of an attribute that names none; 5 follows the event."),
        lambda: settings.VARDKASE_DEFAULT_ATTRIBUTE_DISTRIBUTION,
    ),
    set_before_start(
        "MISP.correlation_limit",
        1,
        "VARDKASE_CORRELATION_LIMIT",
        _("A value in more attributes than this counts as over-correlating."),
        lambda: settings.VARDKASE_CORRELATION_LIMIT,
    ),
    constant("MISP.log_new_audit", True, _("Every change is in the audit trail.")),
    constant("Security.advanced_authkeys", True, _("Keys are kept as hashes and shown once.")),
    constant("Security.password_policy_length", 12, _("The fewest characters of a password.")),
    set_before_start(
        "Security.otp_required",
        2,
        "VARDKASE_REQUIRE_SECOND_FACTOR",
        _("Require a second factor of everyone."),
        lambda: settings.REQUIRE_SECOND_FACTOR,
    ),
    InstanceFact("Security.salt", 0, _("The secret that sessions are signed with."), lambda: "", secret=True),
    InstanceFact(
        "Security.encryption_key",
        1,
        _("The secret that keys of others are kept under."),
        lambda: "",
        secret=True,
    ),
)
BY_NAME = {fact.name: fact for fact in FACTS}
