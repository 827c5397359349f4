"""Services for news: all users read, site administrators write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.fields import Readers, fill
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.news.models import News
from vardkase.identity.news.problems import NewsProblem
from vardkase.identity.organisations.fields import filled
from vardkase.identity.organisations.queries import Reference
from vardkase.misp.flags import as_int

LONGEST_TITLE = 255
LONGEST = 65_535


def news(actor: Actor) -> QuerySet[News]:
    items = News.objects.select_related("user").order_by("-pk")
    return items if actor.may_read else items.none()


@transaction.atomic
def add_news(actor: Actor, data: Mapping[str, Any]) -> News:
    actor.require_writing(Permission.SITE_ADMIN)
    item = News(user_id=actor.user_id, date_created=now_seconds())
    fill(item, data, READERS)
    item.save()
    record(actor, IdentityAction.NEWS_ADDED, Target.of(item))
    return item


@transaction.atomic
def edit_news(actor: Actor, reference: Reference, data: Mapping[str, Any]) -> News:
    actor.require_writing(Permission.SITE_ADMIN)
    item = _find(actor, reference)
    fill(item, data, READERS)
    item.save()
    record(actor, IdentityAction.NEWS_EDITED, Target.of(item))
    return item


@transaction.atomic
def delete_news(actor: Actor, reference: Reference) -> None:
    actor.require_writing(Permission.SITE_ADMIN)
    item = _find(actor, reference)
    target = Target.of(item)
    item.delete()
    record(actor, IdentityAction.NEWS_DELETED, target)


def _find(actor: Actor, reference: Reference) -> News:
    return first_or_not_found(
        news(actor).filter(pk=as_int(reference) or 0).select_for_update(of=("self",)), NewsProblem.NOT_FOUND()
    )


READERS: Readers = {
    "title": filled(gettext_lazy("title"), LONGEST_TITLE),
    "message": filled(gettext_lazy("message"), LONGEST),
}
