"""The register of personal data breaches."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from vardkase.core.errors import NotFound
from vardkase.hub.data_protection.breaches import queries, services
from vardkase.hub.data_protection.breaches.models import Breach, BreachState
from vardkase.hub.data_protection.breaches.report import facts_of, report_pdf
from vardkase.hub.data_protection.rules import HANDLERS
from vardkase.web.hub.data_protection.forms import BreachForm, BreachReportForm, BreachToldForm
from vardkase.web.ui.edit_page import Crumb, edit_page
from vardkase.web.ui.files import download
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page

SORTS = {"pk", "deadline", "aware_at"}
STATES = {
    "open": pgettext_lazy("count", "Open"),
    "closed": pgettext_lazy("count", "Closed"),
    "": gettext_lazy("All breaches"),
}
FIELDS = tuple(BreachForm.base_fields)


@page(staff=HANDLERS)
def index(request: PageRequest) -> HttpResponseBase:
    wanted = request.GET.get("state", "open")
    state = wanted if wanted in STATES else "open"
    rows = queries.breaches(request.actor, state=state)
    if form := wanted_file(request):
        in_file = in_order(request, rows, SORTS, "-pk")
        return list_file(request, form, "breaches", gettext("Personal data breaches"), _columns(), in_file)
    page_of_rows = listed(request, rows, SORTS, "-pk")
    context = {
        **page_of_rows,
        **file_links(request),
        "clocks": {row.pk for row in page_of_rows["rows"] if services.is_clock_running(row)},
        "tabs": [
            {"label": label, "url": first_page(request, state=name), "current": name == state}
            for name, label in STATES.items()
        ],
        "now": timezone.now(),
    }
    return render(request, "data_protection/breaches.html", context)


@page(staff=HANDLERS, writes=True)
def add(request: PageRequest) -> HttpResponse:
    source = _source(request)
    now = timezone.localtime().replace(second=0, microsecond=0)
    form = BreachForm(
        request.POST or None, initial={"aware_at": now, "role": "controller", "risk": "unknown"}
    )
    if form.is_valid():
        with errors_shown_in(form):
            made = services.log_breach(request.actor, form.cleaned_data, source=source)
            messages.success(request, gettext("The breach has been logged. The 72 hours are running."))
            return redirect("breach", made.pk)
    return edit_page(
        request,
        form,
        gettext("Log a breach"),
        [_list()],
        intro=gettext(
            "Every personal data breach is logged, also one that need not be reported. Log it at once with what is "
            "known; it can be completed later."
        ),
    )


@page(staff=HANDLERS)
def view(request: PageRequest, pk: int) -> HttpResponse:
    breach = queries.find_breach(request.actor, pk)
    context = {
        "breach": breach,
        "facts": facts_of(breach),
        "is_open": breach.state == BreachState.OPEN,
        "clock": services.is_clock_running(breach),
        "missing": services.missing_of(breach),
        "source_url": _source_url(breach),
        "now": timezone.now(),
    }
    return render(request, "data_protection/breach.html", context)


@page(staff=HANDLERS, writes=True)
def change(request: PageRequest, pk: int) -> HttpResponse:
    breach = queries.find_breach(request.actor, pk)
    version = ShownVersion(request, breach)
    form = BreachForm(request.POST or None, initial={name: getattr(breach, name) for name in FIELDS})
    if form.is_valid():
        with errors_shown_in(form), version.saving(form):
            services.change_breach(request.actor, pk, form.cleaned_data)
            return redirect("breach", pk)
    return edit_page(request, form, gettext("Change"), [_list(), _crumb(breach)], version=version)


@page(staff=HANDLERS, writes=True)
def report(request: PageRequest, pk: int) -> HttpResponse:
    breach = queries.find_breach(request.actor, pk)
    form = BreachReportForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            given = form.cleaned_data
            services.record_report(request.actor, pk, given["at"], given["reference"], given["late_because"])
            messages.success(request, gettext("The report to IMY is on record."))
            return redirect("breach", pk)
    return edit_page(
        request,
        form,
        gettext("Record the report to IMY"),
        [_list(), _crumb(breach)],
        intro=gettext("The report itself is made in IMY’s e-service."),
    )


@page(staff=HANDLERS, writes=True)
def told(request: PageRequest, pk: int, who: str) -> HttpResponse:
    breach = queries.find_breach(request.actor, pk)
    headings = {
        "persons": gettext("Record how the persons were informed"),
        "controller": gettext("Record how the controller was told"),
    }
    if who not in headings:
        raise NotFound
    form = BreachToldForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            given = form.cleaned_data
            services.record_told(request.actor, pk, who, given["at"], given["how"])
            return redirect("breach", pk)
    intro = gettext("Leave the time empty if they were not informed, and say why (article 34.3).")
    parents = [_list(), _crumb(breach)]
    return edit_page(request, form, headings[who], parents, intro=intro if who == "persons" else "")


@require_POST
@page(staff=HANDLERS, writes=True)
def close(request: PageRequest, pk: int) -> HttpResponse:
    with errors_shown_as_message(request):
        services.close_breach(request.actor, pk)
    return redirect("breach", pk)


@require_POST
@page(staff=HANDLERS, writes=True)
def reopen(request: PageRequest, pk: int) -> HttpResponse:
    services.reopen_breach(request.actor, pk)
    return redirect("breach", pk)


@page(staff=HANDLERS)
def pdf(request: PageRequest, pk: int) -> HttpResponseBase:
    breach = queries.find_breach(request.actor, pk)
    return download([report_pdf(breach)], f"{breach.number}.pdf", "application/pdf")


def _source(request: PageRequest) -> tuple[str, int] | None:
    """What the breach became known by, as the page that leads here names it: ?spill=12, ?support_request=7."""
    for kind in services.SOURCES:
        given = request.GET.get(kind, "")
        if given.isascii() and given.isdigit() and len(given) < 10:
            return kind, int(given)
    return None


def _source_url(breach: Breach) -> str:
    addresses: dict[str, Any] = {"support_request": "/service/{}/", "spill": "/spills/{}/"}
    pattern = addresses.get(breach.source_kind)
    return pattern.format(breach.source_id) if pattern else ""


def _list() -> Crumb:
    return gettext("Personal data breaches"), reverse("breaches")


def _crumb(breach: Breach) -> Crumb:
    return breach.number, reverse("breach", args=[breach.pk])


def _columns() -> Columns[Breach]:
    return {
        gettext("Number"): lambda breach: breach.number,
        gettext("Heading"): lambda breach: breach.title,
        gettext("Status"): lambda breach: breach.get_state_display(),
        gettext("Became known"): lambda breach: breach.aware_at,
        gettext("Description"): lambda breach: breach.description,
        gettext("Likely consequences"): lambda breach: breach.consequences,
        gettext("Measures taken"): lambda breach: breach.measures,
        gettext("Risk"): lambda breach: breach.get_risk_display(),
        gettext("Reasons for the assessment"): lambda breach: breach.risk_because,
        gettext("Report by"): lambda breach: breach.deadline,
        gettext("Reported at"): lambda breach: breach.reported_at,
        gettext("IMY’s reference number"): lambda breach: breach.reference,
        gettext("Closed"): lambda breach: breach.closed_at,
    }
