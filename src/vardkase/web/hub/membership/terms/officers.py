"""Terms and criteria for the hub's officers: version in force, acceptances, and the next version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from vardkase.core.mail.rendering import fragment
from vardkase.core.version_tokens import unchanged, version_token
from vardkase.hub.membership.agreements import queries as agreements
from vardkase.hub.membership.agreements.services.publishing import earliest_answer, propose_publishing
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.state_labels import state_in_words
from vardkase.hub.membership.terms import drafts, queries
from vardkase.hub.membership.terms.models import Terms
from vardkase.web.hub.membership.terms.forms import CriterionForm, DraftForm, PublishForm
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed


@page(staff=drafts.OFFICERS)
def index(request: PageRequest) -> HttpResponse:
    current = queries.current_terms()
    context = {
        "terms": current,
        "html": fragment(current.text(get_language() or "sv"), {}),
        "draft": queries.draft(),
        "versions": queries.published_terms(),
        "left": agreements.unanswered(current.version).count(),
        "done": agreements.answered(current.version).count(),
    }
    return render(request, "terms/index.html", context)


@page(staff=drafts.OFFICERS)
def version(request: PageRequest, number: int) -> HttpResponse:
    terms = queries.terms_of(number)
    context = {"terms": terms, "html": fragment(terms.text(get_language() or "sv"), {})}
    return render(request, "terms/version.html", context)


@page(staff=drafts.OFFICERS)
def answers(request: PageRequest, number: int) -> HttpResponseBase:
    terms = queries.terms_of(number)
    done = request.GET.get("show") == "answered"
    members = (agreements.answered if done else agreements.unanswered)(number)
    members = members.select_related("organisation")
    if form := wanted_file(request):
        rows = list(in_order(request, members, {"organisation__name"}, "organisation__name"))
        title = gettext("Answers to the terms")
        return list_file(request, form, f"terms-{number}", title, _columns(number, rows), rows)
    context = listed(request, members, {"organisation__name"}, "organisation__name")
    context |= file_links(request)
    requests = agreements.requests(number, context["rows"])
    context["rows"] = [
        {
            "member": row,
            "state_words": state_in_words(row),
            "acceptance": agreements.acceptance_of(row, number),
            "asked": requests.get(row.pk),
        }
        for row in context["rows"]
    ]
    return render(request, "terms/answers.html", context | {"terms": terms, "done": done})


@require_POST
@page(staff=drafts.OFFICERS, writes=True)
def start(request: PageRequest) -> HttpResponse:
    drafts.start_draft(request.actor)
    return redirect("terms_draft")


@page(staff=drafts.OFFICERS, writes=True)
def edit(request: PageRequest) -> HttpResponse:
    draft = _draft()
    form = DraftForm(request.POST or None, initial={"text_sv": draft.text_sv, "text_en": draft.text_en})
    shown = ShownVersion(request, draft)
    if form.is_valid():
        with errors_shown_in(form), shown.saving(form):
            draft = drafts.edit_draft(request.actor, form.cleaned_data)
            messages.success(request, gettext("Saved. Members cannot see it until it is published."))
            return redirect("terms_draft")
    context = {
        "draft": draft,
        "form": form,
        "version": shown,
        "previews": [("sv", fragment(draft.text_sv, {})), ("en", fragment(draft.text_en, {}))],
    }
    return render(request, "terms/draft.html", context, status=shown.status(form))


@page(staff=drafts.OFFICERS, writes=True)
def criterion(request: PageRequest, key: str = "") -> HttpResponse:
    draft = _draft()
    stored = {criterion.key: asdict(criterion) for criterion in draft.checklist()}
    if key and key not in stored:
        raise Http404
    form = CriterionForm(request.POST or None, initial=stored.get(key))
    # Of the whole draft: its criteria are saved together.
    shown = ShownVersion(request, draft)
    if form.is_bound and form.is_valid():
        changed = {**form.cleaned_data, "key": key}
        rows = [changed if name == key else row for name, row in stored.items()]
        with errors_shown_in(form), shown.saving(form):
            drafts.edit_draft(request.actor, {"criteria": rows if key else [*rows, changed]})
            return redirect("terms_draft")
    context = {"draft": draft, "form": form, "version": shown, "key": key}
    return render(request, "terms/criterion.html", context, status=shown.status(form))


@require_POST
@page(staff=drafts.OFFICERS, writes=True)
def remove_criterion(request: PageRequest, key: str) -> HttpResponse:
    draft = _draft()
    rows = [asdict(criterion) for criterion in draft.checklist() if criterion.key != key]
    with errors_shown_as_message(request), unchanged(draft, version_token(draft)):
        drafts.edit_draft(request.actor, {"criteria": rows})
    return redirect("terms_draft")


@page(staff=drafts.OFFICERS, writes=True)
def publish(request: PageRequest) -> HttpResponse:
    draft = _draft()
    members = agreements.unanswered(draft.version).count()
    form = PublishForm(draft.version, members, earliest_answer(), request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            fields = [form.cleaned_data[name] for name in ("version", "answer_by", "reason")]
            made = propose_publishing(request.actor, *fields)
            return proposed(request, made)
    context = {"draft": draft, "form": form, "members": members}
    return render(request, "terms/publish.html", context, status=422 if form.errors else 200)


@require_POST
@page(staff=drafts.OFFICERS, writes=True)
def discard(request: PageRequest) -> HttpResponse:
    drafts.discard_draft(request.actor)
    messages.success(request, gettext("The draft has been discarded. The current version still applies."))
    return redirect("terms_and_criteria")


def _draft() -> Terms:
    draft = queries.draft()
    if draft is None:
        raise Http404
    return draft


def _columns(number: int, members: list[Membership]) -> Columns[Membership]:
    accepted = agreements.acceptances_of(members, number)
    asked = agreements.requests(number, members)

    def of_acceptance(name: str) -> Callable[[Membership], Any]:
        return lambda row: getattr(accepted[row.pk], name) if row.pk in accepted else ""

    return {
        gettext("Organisation"): lambda row: row.organisation.name,
        gettext("Status"): state_in_words,
        gettext("Asked"): lambda row: asked[row.pk].asked if row.pk in asked else None,
        gettext("Accepted"): of_acceptance("at"),
        gettext("Accepted by"): of_acceptance("name"),
        gettext("Role"): of_acceptance("role"),
    }
