"""Actions on requests from data subjects and on personal data breaches."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class DataProtectionAction(AuditAction):
    BREACH_CHANGED = "breach.changed", _("The personal data breach was changed")
    BREACH_CLOSED = "breach.closed", _("The personal data breach was closed")
    BREACH_LOGGED = "breach.logged", _("A personal data breach was logged")
    BREACH_REOPENED = "breach.reopened", _("The personal data breach was reopened")
    BREACH_REPORTED = "breach.reported", _("The report of the personal data breach to IMY was recorded")
    BREACH_TOLD = "breach.told", _("How others were informed of the personal data breach was recorded")
    DATA_REQUEST_ANSWERED = "data_request.answered", _("The request from a data subject was answered")
    DATA_REQUEST_CONTROLLER_ANSWERED = (
        "data_request.controller_answered",
        _("A controller’s answer to a request from a data subject was sent"),
    )
    DATA_REQUEST_EXTENDED = "data_request.extended", _("The time to answer a data subject was extended")
    DATA_REQUEST_FORGOTTEN = (
        "data_request.forgotten",
        _("What the request from a data subject was about was erased"),
    )
    DATA_REQUEST_IDENTITY_ASKED = "data_request.identity_asked", _("A data subject was asked who they are")
    DATA_REQUEST_IDENTITY_CONFIRMED = (
        "data_request.identity_confirmed",
        _("The identity of a data subject was confirmed"),
    )
    DATA_REQUEST_ITEMS_ANSWERED = (
        "data_request.items_answered",
        _("What was done with items of a request from a data subject was recorded"),
    )
    DATA_REQUEST_OPENED = "data_request.opened", _("A request from a data subject was received")
    DATA_REQUEST_READ = "data_request.read", _("Personal data of a data subject were read")
    DATA_REQUEST_SEARCHED = "data_request.searched", _("The hub was searched for a data subject")
    DATA_REQUEST_SENT = "data_request.sent", _("A request from a data subject was sent to the controllers")
    DATA_REQUEST_TAKEN = "data_request.taken", _("Work on the request from a data subject was started")
    DATA_REQUEST_TERMS_CHANGED = (
        "data_request.terms_changed",
        _("What to search for a data subject was changed"),
    )
    DATA_REQUEST_WITHDRAWN = "data_request.withdrawn", _("The request from a data subject was withdrawn")
