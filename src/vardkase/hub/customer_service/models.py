"""Models for support requests, their messages, and service announcements."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.hub.case_files.models import CaseFile
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation


class RequestKind(models.TextChoices):
    """The subject area of a request, which determines its desk."""

    CONNECTION = "connection", _("Connection")
    ACCESS = "access", _("Access and accounts")
    CONTENT = "content", _("Shared content")
    LEGAL = "legal", _("Law and terms")
    FAULT = "fault", pgettext_lazy("noun", "Fault")


class RequestState(models.TextChoices):
    NEW = "new", pgettext_lazy("request", "New")
    IN_HAND = "in_hand", _("Being processed")
    WAITING = "waiting", _("Waiting for the requester")
    SOLVED = "solved", _("Solved")


class SupportRequest(models.Model):
    """One support request.

    The requester is an account (`user`), or an unverified name and address. `subject` is for its handlers:
    the audit log, which others read, shows only the number. `diagnosis` is the technical state at the time
    (`diagnosis.gather`); `address` is the requester's IP address. `case_file` is the case that it has become.
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
    case_file = models.ForeignKey(CaseFile, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "support_request"
        indexes = [
            models.Index(fields=["state", "kind", "deadline"], name="support_request_state"),
            models.Index(fields=["organisation", "user"], name="support_request_asker"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class SupportMessage(models.Model):
    """A message in a request; `internal` ones are for its handlers.

    `kind` is the request's kind at the time: operators do not see messages written while the request was not
    theirs.
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
    PLANNED = "planned", _("Planned interruption")
    INCIDENT = "incident", _("Incident")


class Announcement(models.Model):
    """A maintenance or incident notice on the status page; without `ends`, the end is unknown. Texts are
    Markdown."""

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
