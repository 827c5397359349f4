"""Signatures of officers in letters: name and title."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils.translation import gettext, override

from vardkase.audit.services import record
from vardkase.core.errors import Forbidden, Invalid
from vardkase.hub.correspondence.models import Signature
from vardkase.hub.correspondence.templates import EDITORS
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.users import target_of
from vardkase.identity.accounts.staff import StaffRole, staff_roles
from vardkase.identity.audit_actions import IdentityAction

LONGEST = 100


def signature_of(user: User, language: str) -> str:
    """ "Per Nyström, handläggare"; address and duty for users who have not entered a name."""
    written = Signature.objects.filter(pk=user.pk).first()
    if written is not None:
        return f"{written.name}, {written.title_sv if language == 'sv' else written.title_en}"
    with override(language):
        is_jurist = StaffRole.LEGAL_OFFICER in staff_roles(user.staff_roles)
        return f"{user.email}, {gettext('legal officer') if is_jurist else gettext('officer')}"


def names_of(user_ids: Collection[int]) -> dict[int, str]:
    """Of those who have entered one."""
    return dict(Signature.objects.filter(pk__in=user_ids).values_list("pk", "name"))


def signature(actor: Actor) -> Signature | None:
    return Signature.objects.filter(pk=actor.user_id).first() if actor.user_id else None


@transaction.atomic
def sign_as(actor: Actor, data: Mapping[str, str]) -> Signature:
    """Set the actor's name and titles in letters: `name`, `title_sv`, `title_en`. Raises Forbidden, and
    Invalid by field."""
    actor.require_writing()
    actor.require_staff(*EDITORS)
    if actor.user_id is None:
        raise Forbidden
    texts = {name: " ".join(data.get(name, "").split()) for name in ("name", "title_sv", "title_en")}
    length = HubProblem.TEXT_LENGTH(count=LONGEST)
    if wrong := {
        name: [length] for name, text in texts.items() if not text or len(text) > LONGEST or "\0" in text
    }:
        raise Invalid(wrong)
    kept, _ = Signature.objects.update_or_create(pk=actor.user_id, defaults=texts)
    record(
        actor,
        IdentityAction.USER_SIGNATURE_CHANGED,
        target_of(User.objects.get(pk=actor.user_id)),
        {"name": kept.name},
    )
    return kept
