"""News: everybody reads them, site administrators write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid, NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.news.models import News
from vardkase.identity.organisations.fields import short_text, text
from vardkase.identity.organisations.queries import Reference
from vardkase.misp.flags import as_int

LONGEST = 65_535


def news(actor: Actor) -> QuerySet[News]:
    """All of it, newest first, for whoever may read anything here."""
    found = News.objects.select_related("user").order_by("-pk")
    return found if actor.may_read else found.none()


@transaction.atomic
def add_news(actor: Actor, data: Mapping[str, Any]) -> News:
    """Tell everybody something. Raises Invalid by field, Forbidden."""
    _require_site_admin(actor)
    told = News(user_id=actor.user_id, date_created=now_seconds())
    _apply(told, data)
    told.save()
    record(actor, "news.added", _target(told))
    return told


@transaction.atomic
def edit_news(actor: Actor, reference: Reference, data: Mapping[str, Any]) -> News:
    """Change title or message. Raises Invalid by field, NotFound, Forbidden."""
    _require_site_admin(actor)
    told = _find(actor, reference)
    _apply(told, data)
    told.save()
    record(actor, "news.edited", _target(told))
    return told


@transaction.atomic
def delete_news(actor: Actor, reference: Reference) -> None:
    """Take it back. Raises NotFound, Forbidden."""
    _require_site_admin(actor)
    told = _find(actor, reference)
    target = _target(told)
    told.delete()
    record(actor, "news.deleted", target)


def _require_site_admin(actor: Actor) -> None:
    actor.require_writing()
    actor.require(Permission.SITE_ADMIN)


def _find(actor: Actor, reference: Reference) -> News:
    found = news(actor).filter(pk=as_int(reference) or 0).select_for_update(of=("self",)).first()
    if found is None:
        raise NotFound("Invalid news item.")
    return found


def _apply(told: News, data: Mapping[str, Any]) -> None:
    errors: dict[str, list[str]] = {}
    for name, reader in (("title", short_text), ("message", text)):
        try:
            value = reader(data.get(name, getattr(told, name)))
        except ValueError as fault:
            errors[name] = [str(fault)]
            continue
        if not value or len(value) > LONGEST:
            errors[name] = [f"Please enter a {name} of at most {LONGEST} characters."]
        setattr(told, name, value)
    if errors:
        raise Invalid(errors)


def _target(told: News) -> Target:
    return Target("news", told.pk, title=told.title)
