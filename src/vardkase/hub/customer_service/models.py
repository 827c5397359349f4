"""Requests for help with what was said in them, and what is announced about the service."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation


class RequestKind(models.TextChoices):
    """What a request is about, which decides who answers it."""

    CONNECTION = "connection", _("Connection")
    ACCESS = "access", _("Access and accounts")
    CONTENT = "content", _("What is shared")
    LEGAL = "legal", _("Law and terms")
    FAULT = "fault", pgettext_lazy("noun", "Fault")


class RequestState(models.TextChoices):
    """Where a request stands."""

    NEW = "new", pgettext_lazy("request", "New")
    IN_HAND = "in_hand", _("Being handled")
    WAITING = "waiting", _("Waits for who asked")
    SOLVED = "solved", _("Solved")


class SupportRequest(models.Model):
    """One request. Who asked is an account (`user`), or a name and an address that nobody has proven.

    `subject` is for who handles it: the audit trail, which others read, knows a request by its number alone.
    `diagnosis` is the technical state when it was asked (`diagnosis.gather`); `address` is where it was asked from.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=16, choices=RequestKind.choices)
    state = models.CharField(max_length=16, choices=RequestState.choices, default=RequestState.NEW)
    subject = models.CharField(max_length=200)
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="+")
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asker_name = models.CharField(max_length=200, blank=True, default="")
    asker_email = models.EmailField(max_length=255)
    language = models.CharField(max_length=8, default="sv")
    address = models.GenericIPAddressField(null=True)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    deadline = models.DateTimeField()
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    diagnosis = models.JSONField(default=dict)

    class Meta:
        db_table = "support_request"
        indexes = [
            models.Index(fields=["state", "kind", "deadline"], name="support_request_state"),
            models.Index(fields=["organisation", "user"], name="support_request_asker"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class SupportMessage(models.Model):
    """What somebody said in a request; `internal` is among those who handle it.

    `kind` is the request's when it was said: what was said while it was none of the operator's stays unseen by them.
    """

    request = models.ForeignKey(SupportRequest, models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=16, choices=RequestKind.choices)
    text = models.TextField()
    internal = models.BooleanField(default=False)
    from_staff = models.BooleanField(default=False)
    by_mail = models.BooleanField(default=False)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    author = models.CharField(max_length=255)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "support_message"

    def __str__(self) -> str:
        return f"{self.author} in {self.request_id}"


class AnnouncementKind(models.TextChoices):
    """What is announced."""

    PLANNED = "planned", _("Planned interruption")
    INCIDENT = "incident", _("Incident")


class Announcement(models.Model):
    """An interruption or an incident on the status page; no `ends`: nobody knows yet. Texts are Markdown."""

    kind = models.CharField(max_length=16, choices=AnnouncementKind.choices)
    title_sv = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    text_sv = models.TextField(blank=True, default="")
    text_en = models.TextField(blank=True, default="")
    begins = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "announcement"
        indexes = [models.Index(fields=["begins"], name="announcement_begins")]

    def __str__(self) -> str:
        return self.title_sv
