"""Mail about content access: to officers, to the operator, and to the organisations that own the content.

No mail holds a reason or anything of what was read: it leads to where that stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from vardkase.audit.services import AuditActor, Target
from vardkase.hub.content_access.models import ContentGrant
from vardkase.hub.content_access.rules import OFFICERS
from vardkase.hub.correspondence import MailKind, Recipient, register, send
from vardkase.hub.correspondence.kinds import LANGUAGES
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.organisations.settings import host_organisation_id

LINK = "https://hub.example/content-access/3/"
OURS_LINK = "https://hub.example/read-by-operations/"
FACTS = {"number": "3", "operator": "drift@leverantor.example", "link": LINK}

KINDS = (
    MailKind(
        "content_access_asked",
        describes=_("An operator asks for access to content"),
        facts={**FACTS, "until": "26 november 2026 14.00"},
        subject={
            "sv": "{operator} ber om tillfällig läsrätt",
            "en": "{operator} asks for access to content",
        },
        body={
            "sv": "Hej,\n\n{operator} ber om att få läsa innehåll i hubben. Läs varför och svara senast {until}:\n\n"
            "{link}\n\nNågon annan än den som frågar ska svara. Svarar ingen händer ingenting.",
            "en": "Hello,\n\n{operator} asks to read content of the hub. Read why, and answer by {until}:\n\n{link}\n\n"
            "Somebody else than who asks has to answer. If nobody does, nothing is opened.",
        },
    ),
    MailKind(
        "content_access_granted",
        describes=_("An operator was granted access to content"),
        facts={**FACTS, "name": "per@hub.example", "until": "26 november 2026 22.00"},
        subject={"sv": "Du får läsa till {until}", "en": "You may read until {until}"},
        body={
            "sv": "Hej,\n\n{name} har gett dig tillfällig läsrätt till {until}. Det du läser antecknas och visas för "
            "dem det gäller. Avsluta så snart du är klar:\n\n{link}",
            "en": "Hello,\n\n{name} has granted you access to content until {until}. What you read is recorded and "
            "shown to those it concerns. End it as soon as you are done:\n\n{link}",
        },
    ),
    MailKind(
        "content_access_refused",
        describes=_("An operator was refused access to content, or it was withdrawn"),
        facts={**FACTS, "name": "per@hub.example"},
        subject={
            "sv": "Tillfällig läsrätt: du får inte läsa",
            "en": "Access to content: you may not read",
        },
        body={
            "sv": "Hej,\n\n{name} har sagt nej till tillfällig läsrätt, eller tagit tillbaka den. Läs varför här:\n\n"
            "{link}",
            "en": "Hello,\n\n{name} has refused you access to content, or withdrawn it. Read why here:\n\n{link}",
        },
    ),
    MailKind(
        "content_read",
        describes=_("An operator has read what an organisation shares, with granted access"),
        facts={
            "organisation": "Exempelköpings kommun",
            "operator": FACTS["operator"],
            "name": "per@hub.example",
            "count": "2",
            "from": "26 november 2026 14.05",
            "until": "26 november 2026 15.40",
            "link": OURS_LINK,
        },
        subject={
            "sv": "Driften har läst innehåll från {organisation}",
            "en": "The hub’s operator has read content of {organisation}",
        },
        body={
            "sv": "Hej,\n\n{operator} har haft tillfällig läsrätt i hubben från {from} till {until} och läst händelser "
            "med innehåll från {organisation}. Antal händelser: {count}. {name} beslutade om läsrätten.\n\nHär ser ni "
            "vad som lästes, när och varför:\n\n{link}",
            "en": "Hello,\n\n{operator} had access to content of the hub from {from} to {until} and read events with "
            "content of {organisation}. Number of events: {count}. {name} granted the access.\n\nSee what was read, "
            "when and why:\n\n{link}",
        },
    ),
    MailKind(
        "content_exported",
        describes=_("Content of an organisation was exported from the console, before the hub had officers"),
        facts={
            "organisation": "Exempelköpings kommun",
            "operator": "drift",
            "count": "2",
            "when": "26 november 2026 14.05",
        },
        subject={
            "sv": "Driften har exporterat innehåll från {organisation}",
            "en": "The hub’s operator has exported content of {organisation}",
        },
        body={
            "sv": "Hej,\n\n{when} exporterade {operator} händelser från hubben vid serverns konsol. Innehåll från "
            "{organisation} finns i så här många av dem: {count}. Exporten är antecknad i hubbens granskningslogg. "
            "Hubbens ägare kan svara på varför den gjordes.",
            "en": "Hello,\n\non {when} {operator} exported events from the hub at the server’s console. Number of "
            "events with content of {organisation}: {count}. The export is recorded in the hub’s audit trail. The "
            "hub owner can tell you why it was made.",
        },
    ),
)


def register_kinds() -> None:
    for kind in KINDS:
        register(kind)


def tell_officers(actor: AuditActor, grant: ContentGrant) -> None:
    officers = (
        active_users()
        .filter(org=host_organisation_id(), staff_roles__overlap=[each.value for each in OFFICERS])
        .exclude(pk=grant.asked_by_id or 0)
    )
    for language, people in _by_language(officers).items():
        facts = {**_facts(grant), "until": _moment(grant.answer_by, language)}
        _send(actor, "content_access_asked", people, grant, facts)


def tell_operator(actor: AuditActor, grant: ContentGrant, kind: str) -> None:
    asked = active_users().filter(pk=grant.asked_by_id or 0)
    for language, people in _by_language(asked).items():
        facts = {**_facts(grant), "name": actor.name}
        if grant.ends_at is not None and kind == "content_access_granted":
            facts["until"] = _moment(grant.ends_at, language)
        _send(actor, kind, people, grant, facts)


def tell_organisation(
    actor: AuditActor, grant: ContentGrant, name: str, count: int, people: Iterable[User]
) -> None:
    """Mail an organisation's administrators how many events with its content were read under content access."""
    began, ended = grant.decided_at, grant.ended_at
    if began is None or ended is None:
        raise ValueError("a grant is told of when it has ended")
    for language, recipients in _by_language(people).items():
        facts = {
            "organisation": name,
            "operator": grant.asked_by_name,
            "name": grant.decided_by_name,
            "count": str(count),
            "from": _moment(began, language),
            "until": _moment(ended, language),
        }
        private = {"link": f"{settings.BASE_URL}/read-by-operations/"}
        send(actor, "content_read", recipients, facts, private=private, about=target_of(grant))


def tell_of_export(actor: Actor, name: str, count: int, people: Iterable[User]) -> None:
    """Mail an organisation's administrators how many events with its content were exported at the console."""
    for language, recipients in _by_language(people).items():
        facts = {
            "organisation": name,
            "operator": actor.login or actor.name,
            "count": str(count),
            "when": _moment(timezone.now(), language),
        }
        send(actor, "content_exported", recipients, facts, about=Target("export"))


def target_of(grant: ContentGrant) -> Target:
    return Target("content_grant", grant.pk, title=str(grant))


def _send(
    actor: AuditActor, kind: str, to: list[Recipient], grant: ContentGrant, facts: dict[str, str]
) -> None:
    private = {"link": f"{settings.BASE_URL}/content-access/{grant.pk}/"}
    send(actor, kind, to, facts, private=private, about=target_of(grant))


def _facts(grant: ContentGrant) -> dict[str, str]:
    return {"number": str(grant.pk), "operator": grant.asked_by_name}


def _by_language(people: Iterable[User]) -> dict[str, list[Recipient]]:
    found: dict[str, list[Recipient]] = {}
    for person in people:
        language = person.language if person.language in LANGUAGES else settings.LANGUAGE_CODE
        key = person.gpgkey or person.certif_public or ""
        found.setdefault(language, []).append(Recipient(person.email, language, key))
    return found


def _moment(when: datetime, language: str) -> str:
    with override(language):
        return date_format(timezone.localtime(when), "j F Y H.i" if language == "sv" else "j F Y H:i")
