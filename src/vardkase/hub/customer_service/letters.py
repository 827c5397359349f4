"""Mail from customer service. It never contains questions or answers, only a link to them."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from vardkase.audit.services import AuditActor, Target
from vardkase.hub.correspondence import MailKind, Recipient, register, send
from vardkase.hub.correspondence.letters.wording import moment
from vardkase.hub.customer_service.links import link_to
from vardkase.hub.customer_service.models import Announcement, SupportRequest
from vardkase.hub.customer_service.queries import colleagues
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users

EXAMPLE_LINK = "https://hub.example/support/"

KINDS = (
    MailKind(
        "support_received",
        describes=_("Customer service has received a request"),
        facts={"number": "12", "link": EXAMPLE_LINK},
        subject={"sv": "Vi har tagit emot ärende #{number}", "en": "We have received request #{number}"},
        body={
            "sv": "Hej,\n\nkundtjänsten har tagit emot ärende #{number}. Här följer du ärendet och kan skriva mer:\n\n"
            "{link}\n\nDela inte länken. Den som har länken kan läsa ärendet.",
            "en": "Hello,\n\ncustomer service has received request #{number}. Follow it and write more here:\n\n"
            "{link}\n\nDo not share the link: whoever has it can read the request.",
        },
    ),
    MailKind(
        "support_answered",
        describes=_("Customer service has answered a request"),
        facts={"number": "12", "link": EXAMPLE_LINK},
        subject={"sv": "Svar i ärende #{number}", "en": "An answer to request #{number}"},
        body={
            "sv": "Hej,\n\nkundtjänsten har svarat i ärende #{number}. Läs svaret här:\n\n{link}",
            "en": "Hello,\n\ncustomer service has answered request #{number}. Read the answer here:\n\n{link}",
        },
    ),
    MailKind(
        "support_to_desk",
        describes=_("A customer service request is waiting for an answer"),
        facts={"number": "12", "link": EXAMPLE_LINK},
        subject={
            "sv": "Ärende #{number} väntar på kundtjänst",
            "en": "Request #{number} waits for customer service",
        },
        body={
            "sv": "Ärende #{number} är nytt eller har ett nytt inlägg. Öppna det här:\n\n{link}",
            "en": "Request #{number} is new or has a new message. Open it here:\n\n{link}",
        },
    ),
    MailKind(
        "service_announcement",
        describes=_("An interruption or incident is announced to the members"),
        facts={"title": "Underhåll", "text": "…", "from": "1 december 2026 kl. 20.00", "link": EXAMPLE_LINK},
        subject={"sv": "Driftinformation: {title}", "en": "Service information: {title}"},
        body={
            "sv": "{title}\n\nFrån: {from}\n\n{text}\n\nAktuellt driftläge: {link}",
            "en": "{title}\n\nFrom: {from}\n\n{text}\n\nThe present status: {link}",
        },
    ),
)


def register_kinds() -> None:
    for kind in KINDS:
        register(kind)


def confirm(request: SupportRequest, actor: AuditActor) -> None:
    _send(actor, "support_received", [_asker(request)], request, _where(request))


def tell_asker(request: SupportRequest, actor: AuditActor) -> None:
    _send(actor, "support_answered", [_asker(request)], request, _where(request))


def tell_desk(request: SupportRequest, actor: AuditActor) -> None:
    people = [request.owner] if request.owner else colleagues(request.kind)
    link = f"{settings.BASE_URL}/service/{request.pk}/"
    _send(actor, "support_to_desk", _recipients(people), request, link)


def announce(announcement: Announcement, actor: AuditActor) -> int:
    """Write to the administrators of every member; returns the number of recipients."""
    people = active_users().filter(org__local=True, role__perm_admin=True).select_related("role")
    by_language: dict[str, list[Recipient]] = {"sv": [], "en": []}
    for person in _recipients(people):
        by_language[person.language].append(person)
    return sum(
        send(actor, "service_announcement", people, _announced(announcement, language))
        for language, people in by_language.items()
    )


def _announced(announcement: Announcement, language: str) -> dict[str, str]:
    with override(language):
        begins = moment(announcement.begins)
    return {
        "title": getattr(announcement, f"title_{language}"),
        "text": getattr(announcement, f"text_{language}"),
        "from": begins,
        "link": f"{settings.BASE_URL}/status/",
    }


def _send(actor: AuditActor, kind: str, to: Iterable[Recipient], request: SupportRequest, link: str) -> None:
    target = Target("support_request", request.pk, request.uuid, str(request))
    send(actor, kind, to, {"number": str(request.pk)}, private={"link": link}, about=target)


def _where(request: SupportRequest) -> str:
    return f"{settings.BASE_URL}/support/{request.pk}/" if request.user_id else link_to(request)


def _asker(request: SupportRequest) -> Recipient:
    return Recipient(request.asker_email, request.language, (request.user and request.user.gpgkey) or "")


def _recipients(people: Iterable[User]) -> list[Recipient]:
    return [
        Recipient(person.email, person.language or settings.LANGUAGE_CODE, person.gpgkey or "")
        for person in people
    ]
