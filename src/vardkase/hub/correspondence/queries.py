"""Queries for sent mail and letters."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from vardkase.core.mail.models import SentMail
from vardkase.hub.correspondence.templates import EDITORS
from vardkase.identity.access.actor import Actor


def sent_about(kind: str, thing_id: int) -> QuerySet[SentMail]:
    return SentMail.objects.filter(thing_kind=kind, thing_id=thing_id).order_by("pk")


def sent(actor: Actor, *, text: str = "", kind: str = "", state: str = "") -> QuerySet[SentMail]:
    actor.require_staff(*EDITORS)
    found = SentMail.objects.all()
    if text:
        about = Q(thing_title__icontains=text) | Q(subject__icontains=text) | Q(text__icontains=text)
        found = found.filter(Q(recipient__icontains=text) | about)
    if kind:
        found = found.filter(kind=kind)
    return found.filter(state=state) if state else found
