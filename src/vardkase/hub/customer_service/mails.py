"""Mail from customer service. It never contains questions or answers, only a link to them."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from vardkase.audit.services import AuditActor, Target
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.hub.customer_service.links import link_to
from vardkase.hub.customer_service.models import Announcement, SupportRequest
from vardkase.hub.customer_service.queries import colleagues
from vardkase.identity.accounts.queries import active_users


def confirm(request: SupportRequest, actor: AuditActor) -> None:
    _notify(actor, "support_received", [_asker(request)], request, _where(request))


def notify_asker(request: SupportRequest, actor: AuditActor) -> None:
    _notify(actor, "support_answered", [_asker(request)], request, _where(request))


def notify_desk(request: SupportRequest, actor: AuditActor) -> None:
    people = [request.owner] if request.owner else colleagues(request.kind)
    link = f"{settings.BASE_URL}/service/{request.pk}/"
    _notify(actor, "support_to_desk", map(Recipient.of, people), request, link)


def announce(announcement: Announcement, actor: AuditActor) -> int:
    """Write to the administrators of every member; returns the number of recipients."""
    people = active_users().filter(org__local=True, role__perm_admin=True).select_related("role")
    facts: Facts = {
        "title": {"sv": announcement.title_sv, "en": announcement.title_en},
        "text": {"sv": announcement.text_sv, "en": announcement.text_en},
        "from": announcement.begins,
        "link": f"{settings.BASE_URL}/status/",
    }
    return notify("service_announcement", None, map(Recipient.of, people), facts, by=actor.name).count


def _notify(
    actor: AuditActor, kind: str, to: Iterable[Recipient], request: SupportRequest, link: str
) -> None:
    about = Target("support_request", request.pk, request.uuid, str(request))
    notify(kind, about, to, {"number": request.pk, "link": link}, by=actor.name)


def _where(request: SupportRequest) -> str:
    # Only requesters without an account get a private link: others sign in.
    return f"{settings.BASE_URL}/support/{request.pk}/" if request.user_id else link_to(request)


def _asker(request: SupportRequest) -> Recipient:
    return Recipient(request.asker_email, request.language, (request.user and request.user.gpgkey) or "")
