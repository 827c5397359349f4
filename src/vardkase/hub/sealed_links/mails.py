"""Mail to the officers about their keys and about openings. None says who published anything."""

from __future__ import annotations

from django.conf import settings

from vardkase.audit.services import AuditActor, Target
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.hub.sealed_links.models import OfficerKey, SealOpening
from vardkase.hub.sealed_links.queries import key_holders
from vardkase.identity.accounts.queries import recipients


def notify_of_key(actor: AuditActor, kind: str, key: OfficerKey) -> None:
    """All officers, its owner included: who did not do this themselves sees it."""
    facts: Facts = {
        "officer": key.owner_name,
        "fingerprint": key.shown,
        "name": actor.name,
        "link": f"{settings.BASE_URL}/sealed-links/",
    }
    about = Target("officer_key", key.pk, title=key.owner_name)
    notify(kind, about, recipients(key_holders()), facts, by=actor.name)


def notify_of_opening(actor: AuditActor, opening: SealOpening) -> None:
    facts: Facts = {
        "uuid": str(opening.about),
        "proposer": opening.proposed_by_name,
        "name": opening.approved_by_name,
        "link": f"{settings.BASE_URL}/sealed-links/openings/{opening.pk}/",
    }
    about = Target("sealed_link", opening.pk, title=str(opening.about))
    notify("sealed_link_opened", about, recipients(key_holders()), facts, by=actor.name)
