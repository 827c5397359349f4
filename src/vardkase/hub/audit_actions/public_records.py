"""Actions on requests for public records."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class RecordsAction(AuditAction):
    AUTHORITY_DECIDED = "authority.decided", _("A legal officer decided whether a member is an authority")
    RECORDS_CASE_ANSWERED = "records_case.answered", _("A request for public records was answered")
    RECORDS_CASE_APPEALED = "records_case.appealed", _("A decision on public records was appealed")
    RECORDS_CASE_ASSESSED = "records_case.assessed", _("Material in a public-records case was assessed")
    RECORDS_CASE_ASSESSING = "records_case.assessing", _("The assessment of a public-records case began")
    RECORDS_CASE_CLOSED = "records_case.closed", _("A public-records case was closed")
    RECORDS_CASE_CONSULTATION_ANSWERED = (
        "records_case.consultation_answered",
        _("A member answered a consultation in a public-records case"),
    )
    RECORDS_CASE_CONSULTED = "records_case.consulted", _("Members were consulted in a public-records case")
    RECORDS_CASE_COORDINATED = (
        "records_case.coordinated",
        _("Authorities wrote to each other about requests for the same material"),
    )
    RECORDS_CASE_DECIDED = "records_case.decided", _("An authority decided in writing on public records")
    RECORDS_CASE_DECISION_WANTED = (
        "records_case.decision_wanted",
        _("A requester asked for a written decision on public records"),
    )
    RECORDS_CASE_FORWARDED = "records_case.forwarded", _("An appeal about public records was forwarded")
    RECORDS_CASE_MATERIAL = "records_case.material", _("The material of a public-records case was identified")
    RECORDS_CASE_MATERIAL_ADDED = (
        "records_case.material_added",
        _("Material was copied into a public-records case"),
    )
    RECORDS_CASE_MATERIAL_REMOVED = (
        "records_case.material_removed",
        _("Material was removed from a public-records case"),
    )
    RECORDS_CASE_REASSESSED = "records_case.reassessed", _("A public-records case is assessed again")
    RECORDS_CASE_REFERRED = (
        "records_case.referred",
        _("A request for public records was referred to another authority"),
    )
    RECORDS_CASE_REGISTERED = "records_case.registered", _("A request for public records was registered")
    RECORDS_CASE_REMINDED = (
        "records_case.reminded",
        _("A member was reminded of a consultation in a public-records case"),
    )
    RECORDS_CASE_REOPENED = "records_case.reopened", _("A public-records case was reopened")
    RECORDS_CASE_REQUESTER_CHANGED = (
        "records_case.requester_changed",
        _("The requester’s details in a public-records case were changed"),
    )
    RECORDS_CASE_RESPONSIBLE = (
        "records_case.responsible",
        _("The officer responsible for a public-records case was changed"),
    )
    RECORDS_CASE_SERVED = "records_case.served", _("Service of a decision on public records was recorded")
    RECORDS_CASE_SETTLED = (
        "records_case.settled",
        _("The outcome of an appeal about public records was recorded"),
    )
    RECORDS_CASE_WITHDRAWN = "records_case.withdrawn", _("A request for public records was withdrawn")
    RECORDS_OFFICE_CHANGED = (
        "records_office.changed",
        _("What an authority’s letters about public records state was changed"),
    )
    RECORDS_OFFICER_NAMED = (
        "records_officer.named",
        _("A person was named to handle the authority’s public-records requests"),
    )
    RECORDS_OFFICER_REMOVED = (
        "records_officer.removed",
        _("A person no longer handles the authority’s public-records requests"),
    )
