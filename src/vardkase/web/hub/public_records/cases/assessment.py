"""Assessing the items of a case."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from vardkase.hub.public_records.cases import queries
from vardkase.hub.public_records.cases.models import ItemAssessment
from vardkase.hub.public_records.cases.services import assessing
from vardkase.web.hub.public_records.cases.forms import AssessmentForm
from vardkase.web.hub.public_records.cases.presenters import ASSESSED_PILLS
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.pages import PageRequest, page


@page(allowed_while_suspended=True)
def assess(request: PageRequest, number: str) -> HttpResponse:
    case = queries.find_case(request.actor, number)
    chosen = posted.numbers(request, "pk") if request.method == "POST" else []
    form = AssessmentForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form, fields={"items": "outcome"}):
            count = assessing.assess(request.actor, number, chosen, form.cleaned_data)
            words = ngettext("%(n)s item was assessed.", "%(n)s items were assessed.", count) % {"n": count}
            messages.success(request, words)
            return redirect("records_check" if not assessing.unassessed(case) else "records_assess", number)
    known = assessing.grounds()
    assessments = ItemAssessment.objects.filter(item__case=case).in_bulk(field_name="item_id")
    rows = []
    for item in queries.items_of_case(case):
        assessment = assessments.get(item.pk)
        rows.append(
            {
                "item": item,
                "assessment": assessment,
                "pill": ASSESSED_PILLS.get(assessment.outcome, "wait") if assessment else "",
                "grounds": [known[key].title for key in assessment.grounds if key in known]
                if assessment
                else [],
                "chosen": item.pk in chosen,
            }
        )
    said = [one for one in queries.consultations_of(case) if one.answered_at]
    context = {"case": case, "rows": rows, "form": form, "said": said}
    return render(request, "cases/assess.html", context, status=422 if form.errors else 200)
