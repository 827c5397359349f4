"""URLs of the office."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.office import (
    absence,
    bulk,
    bulk_mail,
    calendar,
    delegation,
    directory,
    evaluations,
    inbox,
    quarterly,
    reasons,
)

urlpatterns = [
    path("office/", inbox.index, name="inbox"),
    path("office/hand-over/", inbox.hand_over, name="inbox_hand_over"),
    path("office/bulk/", bulk.act, name="inbox_bulk"),
    path("office/absence/", absence.index, name="absences"),
    path("office/absence/<int:pk>/end/", absence.end, name="absence_end"),
    path("office/delegation/", delegation.index, name="delegation"),
    path("office/delegation/new/", delegation.add, name="delegation_new"),
    path("office/delegation/<int:pk>/end/", delegation.end, name="delegation_end"),
    path("office/delegation/<int:pk>/withdraw/", delegation.withdraw, name="delegation_withdraw"),
    path("office/calendar/", calendar.index, name="calendar"),
    path("office/calendar/link/", calendar.create_link, name="calendar_link"),
    path("office/calendar/link/revoke/", calendar.revoke_link, name="calendar_link_revoke"),
    path("office/contacts/", directory.index, name="directory"),
    path("office/contacts/directory.pdf", directory.printed, name="directory_pdf"),
    path("office/mail/", bulk_mail.index, name="bulk_mails"),
    path("office/mail/new/", bulk_mail.write, name="bulk_mail_new"),
    path("office/mail/<int:pk>/", bulk_mail.view, name="bulk_mail"),
    path("office/mail/<int:pk>/stop/", bulk_mail.stop, name="bulk_mail_stop"),
    path("office/reasons/", reasons.index, name="reason_texts"),
    path("office/reasons/new/", reasons.write, name="reason_text_new"),
    path("office/reasons/<uuid:name>/", reasons.write, name="reason_text"),
    path("office/reasons/<uuid:name>/retire/", reasons.retire, name="reason_text_retire"),
    path("office/reports/", quarterly.index, name="quarterly_reports"),
    path("office/reports/<int:year>/<int:number>/", quarterly.view, name="quarterly_report"),
    path("office/reports/<int:year>/<int:number>/draft.pdf", quarterly.draft, name="quarterly_draft"),
    path("office/reports/<int:year>/<int:number>/figures.json", quarterly.data, name="quarterly_json"),
    path("office/reports/<int:year>/<int:number>/issue/", quarterly.issue, name="quarterly_issue"),
    path("office/reports/issued/<int:pk>/", quarterly.issued, name="quarterly_issued"),
    path("office/reports/issued/<int:pk>/figures.json", quarterly.issued_json, name="quarterly_issued_json"),
    path("office/reports/issued/<int:pk>/send/", quarterly.send, name="quarterly_send"),
    path(
        "office/reports/issued/<int:pk>/report-<str:language>.pdf",
        quarterly.issued_pdf,
        name="quarterly_issued_pdf",
    ),
    path("office/evaluations/", evaluations.index, name="evaluations"),
    path("office/evaluations/new/", evaluations.add, name="evaluation_new"),
    path("office/evaluations/<int:pk>/", evaluations.view, name="evaluation"),
    path("office/evaluations/<int:pk>/change/", evaluations.change, name="evaluation_change"),
    path("office/evaluations/<int:pk>/write/", evaluations.write, name="evaluation_write"),
    path("office/evaluations/<int:pk>/notes/", evaluations.note, name="evaluation_note"),
    path(
        "office/evaluations/<int:pk>/notes/<int:note>/remove/", evaluations.unnote, name="evaluation_unnote"
    ),
    path("office/evaluations/<int:pk>/close/", evaluations.close, name="evaluation_close"),
    path("office/evaluations/<int:pk>/reopen/", evaluations.reopen, name="evaluation_reopen"),
    path("office/evaluations/<int:pk>/evaluation.pdf", evaluations.printed, name="evaluation_pdf"),
    path("calendar/<str:code>.ics", calendar.feed, name="calendar_feed"),
]
