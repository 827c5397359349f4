"""Queries for noticelists."""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.core.query_expressions import first_or_not_found
from vardkase.knowledge.noticelists.models import Noticelist, NoticelistEntry
from vardkase.knowledge.problems import NoticelistProblem


def all_noticelists() -> QuerySet[Noticelist]:
    return Noticelist.objects.order_by("pk")


def find_noticelist(noticelist_id: int) -> Noticelist:
    return first_or_not_found(Noticelist.objects.filter(pk=noticelist_id), NoticelistProblem.NOT_FOUND())


def enabled_notices() -> QuerySet[NoticelistEntry]:
    enabled = NoticelistEntry.objects.filter(noticelist__enabled=True)
    return enabled.select_related("noticelist").order_by("pk")
