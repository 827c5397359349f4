"""Pages of case files: the list, a case with its documents, and what officers file in it.

Officers of a suspended authority still handle requests for its records; the services know which cases that is.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from vardkase.core.body_limits import BodyLimits
from vardkase.hub.case_files import queries, services
from vardkase.hub.case_files.access import conflict_in, may_handle
from vardkase.hub.case_files.appeals.kinds import takes_appeals
from vardkase.hub.case_files.appeals.queries import appeals_in
from vardkase.hub.case_files.e_archive.package import archive_package, package_name
from vardkase.hub.case_files.exporting import export_documents
from vardkase.hub.case_files.models import CaseFile, CaseKind, Direction
from vardkase.hub.case_files.one_pdf.printing import print_case
from vardkase.hub.case_files.signature_checks import checks_of
from vardkase.hub.law.disposal_marks import with_marks_in_words
from vardkase.hub.signatures.checking import is_checked
from vardkase.hub.signatures.signing import signatures_of
from vardkase.web.hub.case_files.forms import CallForm, CaseDocumentForm, CaseRegistryForm
from vardkase.web.hub.case_files.presenters import signatures_in_words
from vardkase.web.hub.case_files.uploads import sent_file
from vardkase.web.ui.edit_page import Crumb, edit_page
from vardkase.web.ui.files import download
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.forms.posted import flag
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed, searched
from vardkase.web.ui.navigation import OFFICERS
from vardkase.web.ui.pages import PageRequest, page

STATES = ("open", "closed")
SORTS = {"number", "opened_at"}


@page(staff=OFFICERS)
def index(request: PageRequest) -> HttpResponseBase:
    text, kind, state = searched(request), request.GET.get("kind", ""), request.GET.get("state", "")
    kind = kind if kind in CaseKind.values else ""
    state = state if state in STATES else ""
    rows = queries.case_files(request.actor, text=text, kind=kind, state=state)
    if form := wanted_file(request):
        in_file = in_order(request, rows, SORTS, "-opened_at")
        return list_file(request, form, "cases", gettext("Cases"), _columns(), in_file)
    context = {
        **listed(request, rows, SORTS, "-opened_at"),
        **file_links(request),
        "q": text,
        "kind": kind,
        "state": state,
        "kinds": CaseKind.choices,
        "states": [("open", pgettext("count", "Open")), ("closed", pgettext("count", "Closed"))],
        "is_narrowed": bool(text or kind or state),
    }
    return render(request, "case_files/index.html", context)


@page(allowed_while_suspended=True)
def view(request: PageRequest, number: str) -> HttpResponse:
    case_file = queries.find_case_file(request.actor, number)
    context = {
        "case_file": case_file,
        "conflict": conflict_in(request.actor, case_file),
        "appeals": appeals_in(case_file),
        "takes_appeals": case_file.is_open
        and may_handle(request.actor, case_file)
        and takes_appeals(case_file),
        "registry_form": CaseRegistryForm(initial={"registry_number": case_file.registry_number}),
    }
    return render(request, "case_files/case_file.html", context)


@page(allowed_while_suspended=True)
def document(request: PageRequest, number: str, document: int) -> HttpResponseBase:
    found = queries.find_document(request.actor, number, document)
    name = found.file_name or f"{found.case_file.number}-{found.number}.txt"
    return download([queries.given_out(found)], name, found.media_type)


@page(allowed_while_suspended=True)
def signatures(request: PageRequest, number: str, document: int) -> HttpResponse:
    found = queries.find_document(request.actor, number, document)
    if request.method == "POST":
        with errors_shown_as_message(request):
            services.check_signatures_again(request.actor, found)
            messages.success(request, gettext("The signatures have been checked."))
        return redirect("case_document_signatures", number, document)
    check = checks_of([found]).get(found.pk)
    context = {
        "case_file": found.case_file,
        "document": found,
        "own": signatures_of([found.sha256]).get(found.sha256),
        "check": check,
        "signatures": signatures_in_words(check),
        "handles": found.direction == Direction.INCOMING
        and is_checked(bytes(found.content))
        and may_handle(request.actor, found.case_file),
    }
    return render(request, "case_files/signatures.html", context)


@page(writes=True, body=BodyLimits.FILES, allowed_while_suspended=True)
def add(request: PageRequest, number: str) -> HttpResponse:
    case_file = queries.find_case_file(request.actor, number)
    form = CaseDocumentForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        given = dict(form.cleaned_data)
        file = sent_file(given.pop("file"))
        with errors_shown_in(form):
            services.add_document(request.actor, case_file, **given, **file)
            messages.success(request, gettext("The document is in the case."))
            return _back(case_file)
    return edit_page(request, form, gettext("File a document"), _parents(case_file))


@page(writes=True, allowed_while_suspended=True)
def note(request: PageRequest, number: str) -> HttpResponse:
    case_file = queries.find_case_file(request.actor, number)
    form = CallForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            services.note_call(request.actor, case_file, **form.cleaned_data)
            messages.success(request, gettext("The note is in the case."))
            return _back(case_file)
    intro = gettext(
        "What somebody says of importance to the case is noted as soon as possible. It cannot be changed."
    )
    return edit_page(request, form, gettext("Note a conversation"), _parents(case_file), intro=intro)


@require_POST
@page(writes=True, allowed_while_suspended=True)
def registry_number(request: PageRequest, number: str) -> HttpResponse:
    case_file = queries.find_case_file(request.actor, number)
    with errors_shown_as_message(request):
        services.set_registry_number(request.actor, case_file, posted.text(request, "registry_number"))
        messages.success(request, gettext("Saved."))
    return _back(case_file)


@require_POST
@page(writes=True, allowed_while_suspended=True)
def close(request: PageRequest, number: str) -> HttpResponse:
    case_file = queries.find_case_file(request.actor, number)
    with errors_shown_as_message(request):
        services.close_case_file(request.actor, case_file)
        messages.success(request, gettext("The case is closed."))
    return _back(case_file)


@require_POST
@page(writes=True, allowed_while_suspended=True)
def reopen(request: PageRequest, number: str) -> HttpResponse:
    case_file = queries.find_case_file(request.actor, number)
    with errors_shown_as_message(request):
        services.reopen_case_file(request.actor, case_file)
        messages.success(request, gettext("The case is open again."))
    return _back(case_file)


@require_POST
@page(writes=True, allowed_while_suspended=True)
def documents(request: PageRequest, number: str) -> HttpResponseBase:
    case_file = queries.find_case_file(request.actor, number)
    content = export_documents(request.actor, case_file)
    return download([content], f"{case_file.number}.zip", "application/zip")


@require_POST
@page(writes=True, allowed_while_suspended=True)
def archive(request: PageRequest, number: str) -> HttpResponseBase:
    case_file = queries.find_case_file(request.actor, number)
    with errors_shown_as_message(request):
        content = archive_package(request.actor, case_file)
        return download(content, f"{package_name(case_file)}.zip", "application/zip")
    return _back(case_file)


@require_POST
@page(writes=True, allowed_while_suspended=True)
def one_pdf(request: PageRequest, number: str) -> HttpResponseBase:
    case_file = queries.find_case_file(request.actor, number)
    with errors_shown_as_message(request):
        archived = flag(request, "archived")
        content = print_case(request.actor, case_file, request.LANGUAGE_CODE, archived=archived)
        return download([content], f"{case_file.number}.pdf", "application/pdf")
    return _back(case_file)


def _columns() -> Columns[CaseFile]:
    return {
        gettext("Number"): lambda case_file: case_file.number,
        gettext("Title"): lambda case_file: with_marks_in_words(case_file.title),
        gettext("Type"): lambda case_file: case_file.get_kind_display(),
        gettext("Party"): lambda case_file: case_file.party,
        gettext("Case reference number"): lambda case_file: case_file.registry_number,
        gettext("Opened"): lambda case_file: case_file.opened_at,
        gettext("Opened by"): lambda case_file: case_file.opened_by,
        gettext("Closed"): lambda case_file: case_file.closed_at,
        gettext("Closed by"): lambda case_file: case_file.closed_by,
    }


def _back(case_file: CaseFile) -> HttpResponse:
    return redirect("case_file", case_file.number)


def _parents(case_file: CaseFile) -> list[Crumb]:
    return [
        (gettext("Cases"), reverse("case_files")),
        (case_file.number, reverse("case_file", args=[case_file.number])),
    ]
