"""Mail to a chosen set of members."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.hub.membership.contacts.models import ContactRole
from vardkase.hub.office.bulk_mail import queries, services
from vardkase.hub.office.bulk_mail.models import BulkMail
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.office.forms import BulkMailForm
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
SHOWN = 200
CHOSEN = (*queries.FILTERS, "role")


@page(staff=OFFICERS)
def index(request: PageRequest) -> HttpResponseBase:
    rows = queries.bulk_mails(request.actor)
    if form := wanted_file(request):
        in_file = in_order(request, rows, {"pk"}, "-pk")
        return list_file(request, form, "mail-to-members", gettext("Mail to members"), _columns(), in_file)
    context = {**listed(request, rows, {"pk"}, "-pk"), **file_links(request)}
    return render(request, "office/bulk_mails.html", context)


@page(staff=OFFICERS, writes=True)
def write(request: PageRequest) -> HttpResponse:
    """The form, and beside it to whom the mail would go; `preview` shows that anew."""
    is_preview = posted.text(request, "act") == "preview"
    form = BulkMailForm(request.POST or None)
    if form.is_valid() and not is_preview:
        data = form.cleaned_data
        with errors_shown_in(form):
            made = services.propose_bulk_mail(request.actor, data, data, data["reason"])
            return proposed(request, made)
    given = form.cleaned_data if form.is_bound else {}
    chosen = {name: given[name] for name in CHOSEN if given.get(name)}
    context = {
        # What is not written yet is no fault while one looks at the recipients.
        "form": BulkMailForm(initial=posted.fields(request)) if is_preview else form,
        "found": queries.bulk_recipients(request.actor, chosen),
        "role": ContactRole(chosen.get("role") or ContactRole.MAIN).label,
        "shown": SHOWN,
    }
    failed = bool(form.errors) and not is_preview
    return render(request, "office/bulk_mail_form.html", context, status=422 if failed else 200)


@page(staff=OFFICERS)
def view(request: PageRequest, pk: int) -> HttpResponse:
    mail = queries.find_bulk_mail(request.actor, pk)
    texts = [(mail.subject_sv, mail.text_sv, "sv"), (mail.subject_en, mail.text_en, "en")]
    context = {"mail": mail, "states": queries.states_of(mail), "texts": texts}
    return render(request, "office/bulk_mail.html", context)


@require_POST
@page(staff=OFFICERS, writes=True)
def stop(request: PageRequest, pk: int) -> HttpResponse:
    with errors_shown_as_message(request):
        services.stop_bulk_mail(request.actor, pk)
        messages.success(request, gettext("The mail is sent to nobody else."))
    return redirect("bulk_mail", pk)


def _columns() -> Columns[BulkMail]:
    return {
        gettext("Date"): lambda mail: mail.at,
        gettext("Subject in Swedish"): lambda mail: mail.subject_sv,
        gettext("Text in Swedish"): lambda mail: mail.text_sv,
        gettext("Subject in English"): lambda mail: mail.subject_en,
        gettext("Text in English"): lambda mail: mail.text_en,
        gettext("Recipients"): lambda mail: mail.total,
        gettext("Sent"): lambda mail: mail.done,
        gettext("Proposed by"): lambda mail: mail.proposed_by,
        gettext("Approved by"): lambda mail: mail.approved_by,
        gettext("Stopped by"): lambda mail: mail.stopped_by,
    }
