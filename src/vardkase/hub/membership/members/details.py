"""Member details: the label and parser of each field."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.hub.membership.questionnaire import checks
from vardkase.hub.problems import HubProblem

LONGEST = 2000
LONGEST_NAME = 255
LONGEST_KEY = 100_000
MOST = 100
# A host name has at most 253 characters and its labels 63 (RFC 1035, section 2.3.4).
DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def text_change(value: Any) -> str:
    text = str(value or "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST or "\0" in text:
        raise Invalid(HubProblem.TEXT_LENGTH(count=LONGEST))
    return text


def name_change(value: Any) -> str:
    name = checks.name(str(value or ""))
    if len(name) > LONGEST_NAME:
        raise Invalid(HubProblem.TEXT_LENGTH(count=LONGEST_NAME))
    return name


def _lines(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else re.split(r"[\s,;]+", str(value or ""))
    lines = list(dict.fromkeys(str(part).strip().lower() for part in parts if str(part).strip()))
    if len(lines) > MOST:
        raise Invalid(MembershipProblem.TOO_MANY_VALUES(count=MOST))
    return lines


def domains_change(value: Any) -> list[str]:
    domains = _lines(value)
    if wrong := next((domain for domain in domains if not DOMAIN.fullmatch(domain)), None):
        raise Invalid(MemberProblem.NOT_A_MAIL_DOMAIN(value=wrong[:80]))
    return domains


def networks_change(value: Any) -> list[str]:
    try:
        # Not strict: people write their own address with the length of its network (192.0.2.7/24).
        return [str(ipaddress.ip_network(line, strict=False)) for line in _lines(value)]
    except ValueError:
        raise Invalid(MemberProblem.NOT_NETWORKS()) from None


def contact_change(value: Any) -> dict[str, str]:
    """``{"name", "email", "phone", "key"}`` (an OpenPGP key or a certificate); empty if nobody is named."""
    fields = value if isinstance(value, Mapping) else {}
    contact = {name: text_change(fields.get(name))[:255] for name in ("name", "email", "phone")}
    contact["key"] = str(fields.get("key") or "")[:LONGEST_KEY]
    if contact["email"]:
        try:
            validate_email(contact["email"])
        except ValidationError:
            raise Invalid(CommonProblem.NOT_AN_EMAIL()) from None
    return contact if contact["name"] or contact["email"] else {}


@dataclass(frozen=True, slots=True)
class DetailField:
    label: Promise
    read: Callable[[Any], Any]


CONTACTS = {
    "signatory": _("Signatory"),
    "main": _("Main contact"),
    "technical": _("Technical contact"),
    "security": _("24/7 security contact"),
    "dpo": _("Data protection officer"),
}
FIELDS: dict[str, DetailField] = {
    "name": DetailField(_("Name of the organisation"), name_change),
    "address": DetailField(_("Postal address"), text_change),
    **{f"contact_{name}": DetailField(label, contact_change) for name, label in CONTACTS.items()},
    "domains": DetailField(_("E-mail domains"), domains_change),
    "networks": DetailField(_("Users’ networks"), networks_change),
    "egress": DetailField(_("API source addresses"), networks_change),
    "software": DetailField(_("Software and version"), text_change),
}


def read_details(data: Mapping[str, Any]) -> dict[str, Any]:
    details, errors = {}, {}
    for name, field in FIELDS.items():
        if name in data:
            try:
                details[name] = field.read(data[name])
            except Invalid as error:
                errors[name] = [error.problem]
    if errors:
        raise Invalid(errors)
    return details


def in_words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(part for part in (value.get("name"), value.get("email"), value.get("phone")) if part)
    return ", ".join(value) if isinstance(value, list) else str(value or "")
