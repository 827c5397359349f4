"""Requests for access to a community: the mail to its contacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.exchange.communities.problems import CommunityProblem
from vardkase.exchange.communities.queries import Community
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.misp.flags import as_bool

LONGEST = 10_000
DETAILS = (
    ("Organisation", "org_name"),
    ("Organisation's uuid", "org_uuid"),
    ("About the organisation", "org_description"),
    ("E-mail", "email"),
    ("PGP key", "gpgkey"),
)


@dataclass(frozen=True, slots=True)
class AccessRequestMail:
    headers: str
    message: str


def letter(actor: Actor, community: Community, data: Mapping[str, Any], base_url: str) -> AccessRequestMail:
    """The mail that asks `community` to admit the organisation in `data`. Raises Invalid by field, Forbidden."""
    actor.require(Permission.SITE_ADMIN)
    texts = {name: _text(name, data.get(name)) for name in ("message", *(name for _, name in DETAILS))}
    if not texts["email"] or not community.email:
        raise Invalid({"email": [CommunityProblem.ADDRESS_MISSING()]})
    mail = EmailMessage(policy=SMTP)
    try:
        mail["To"], mail["Reply-To"] = community.email, texts["email"]
        mail["Subject"] = f"Request for access to {community.name}"
    # A line break, or no address: the policy refuses to write such a header.
    except ValueError:
        raise Invalid({"email": [CommunityProblem.BAD_ADDRESS()]}) from None
    lines = [f"{title}: {texts[name]}" for title, name in DETAILS if texts[name]]
    if as_bool(data.get("sync")):
        lines.append("We would like to synchronise with you.")
    if not as_bool(data.get("anonymise")):
        lines.append(f"Our instance: {base_url}")
    mail.set_content("\n".join((*lines, "", texts["message"])))
    headers, _, message = mail.as_string().partition("\r\n\r\n")
    return AccessRequestMail(headers, message)


def _text(name: str, value: Any) -> str:
    if value is not None and not isinstance(value, str | int):
        raise Invalid({name: [CommonProblem.NOT_TEXT()]})
    text = str(value or "").strip()
    if len(text) > LONGEST:
        raise Invalid({name: [CommunityProblem.TOO_LONG(most=LONGEST)]})
    return text
