"""Queries for noticelists."""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.core.errors import NotFound
from vardkase.knowledge.noticelists.models import Noticelist, NoticelistEntry
from vardkase.knowledge.problems import NoticelistProblem


def all_noticelists() -> QuerySet[Noticelist]:
    return Noticelist.objects.order_by("pk")


def find_noticelist(noticelist_id: int) -> Noticelist:
    if (noticelist := Noticelist.objects.filter(pk=noticelist_id).first()) is None:
        raise NotFound(NoticelistProblem.NOT_FOUND())
    return noticelist


def enabled_notices() -> QuerySet[NoticelistEntry]:
    enabled = NoticelistEntry.objects.filter(noticelist__enabled=True)
    return enabled.select_related("noticelist").order_by("pk")
