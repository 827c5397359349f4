"""Mail and letters: texts, recipients of sent ones, and the officer's signature."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.mail.facts import sample_facts
from vardkase.core.mail.kinds import LANGUAGES, correspondence
from vardkase.core.mail.models import SentMail, SentState
from vardkase.core.mail.texts import texts
from vardkase.hub.correspondence import queries
from vardkase.hub.correspondence.letters.changing import propose_standard, propose_text
from vardkase.hub.correspondence.letters.signatures import sign_as, signature
from vardkase.hub.correspondence.templates import (
    EDITORS,
    changed_kinds,
    kind_of,
    preview,
    versions,
)
from vardkase.web.hub.correspondence.forms import SignatureForm, TextForm
from vardkase.web.identity.accounts.four_eyes.views import problem_text
from vardkase.web.ui.forms.errors import errors_shown_in, take_errors
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed, searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed


@page(staff=EDITORS)
def index(request: PageRequest) -> HttpResponse:
    changed = changed_kinds()
    rows = [
        {"kind": kind, "texts": [(language, (kind.name, language) in changed) for language in LANGUAGES]}
        for kind in correspondence()
    ]
    context = {
        "parts": [
            (gettext("Letters"), [row for row in rows if row["kind"].is_letter]),  # type: ignore[attr-defined]
            (gettext("Mail"), [row for row in rows if not row["kind"].is_letter]),  # type: ignore[attr-defined]
        ]
    }
    return render(request, "correspondence/index.html", context)


@page(staff=EDITORS, writes=True)
def edit(request: PageRequest, name: str, language: str) -> HttpResponse:
    return _write(request, name, language, previews=False)


@require_POST
@page(staff=EDITORS, writes=True)
def preview_text(request: PageRequest, name: str, language: str) -> HttpResponse:
    return _write(request, name, language, previews=True)


def _write(request: PageRequest, name: str, language: str, *, previews: bool) -> HttpResponse:
    kind = kind_of(name)
    if language not in LANGUAGES:
        raise Http404
    text = texts(kind, [language])[language]
    earlier = versions(kind, language)
    begun = next((version for version in earlier if str(version.version) == request.GET.get("version")), text)
    form = TextForm(
        request.POST or None,
        initial={"subject": begun.subject, "body": begun.body},
        kind=kind,
        needs_reason=not previews,
    )
    shown: dict[str, str] | None = None
    if form.is_bound and form.is_valid():
        subject, body = form.cleaned_data["subject"], form.cleaned_data["body"]
        try:
            # Also before it is proposed: a text that cannot be rendered is refused here.
            shown = preview(kind, language, subject, body)
            if not previews:
                reason = form.cleaned_data["reason"]
                return proposed(request, propose_text(request.actor, kind, language, subject, body, reason))
        except Invalid as refused:
            take_errors(form, refused)
        except (Conflict, Forbidden) as refused:
            form.add_error(None, str(refused))
    context: dict[str, Any] = {
        "kind": kind,
        "language": language,
        "text": text,
        "form": form,
        "shown": shown if not form.errors else None,
        "versions": earlier,
        "begun": begun if begun is not text else None,
        "facts": [
            (name, kind.variables[name].description, sample)
            for name, sample in sample_facts(kind, language).items()
        ],
    }
    return render(request, "correspondence/text.html", context, status=422 if form.errors else 200)


@require_POST
@page(staff=EDITORS, writes=True)
def reset(request: PageRequest, name: str, language: str) -> HttpResponse:
    kind = kind_of(name)
    reason = gettext("The default text is used again.")
    try:
        return proposed(request, propose_standard(request.actor, kind, language, reason))
    except (Conflict, Forbidden, Invalid) as refused:
        messages.error(request, problem_text(refused))
        return redirect("mail_template", name, language)


@page(staff=EDITORS)
def sent(request: PageRequest) -> HttpResponseBase:
    text, kind, state = searched(request), request.GET.get("kind", ""), request.GET.get("state", "")
    rows = queries.sent(request.actor, text=text, kind=kind.replace("\0", ""), state=state.replace("\0", ""))
    if form := wanted_file(request):
        in_file = in_order(request, rows, {"pk"}, "-pk")
        return list_file(request, form, "sent-mail", gettext("Delivery log"), _sent_columns(), in_file)
    context = {
        **listed(request, rows, {"pk"}, "-pk"),
        **file_links(request),
        "q": text,
        "kind": kind,
        "state": state,
        "kinds": [(kind.name, kind.describes) for kind in correspondence() if not kind.is_letter],
        "states": SentState.choices,
        "is_narrowed": bool(text or kind or state),
    }
    return render(request, "correspondence/sent.html", context)


def _sent_columns() -> Columns[SentMail]:
    kinds = {kind.name: str(kind.describes) for kind in correspondence()}
    return {
        gettext("Time"): lambda mail: mail.at,
        gettext("Recipient"): lambda mail: mail.recipient,
        gettext("Subject"): lambda mail: mail.subject,
        gettext("Text"): lambda mail: mail.text,
        gettext("Type"): lambda mail: kinds.get(mail.kind, mail.kind),
        gettext("About"): lambda mail: mail.thing_title,
        gettext("Attachments"): lambda mail: ", ".join(map(str, mail.attachments)),
        gettext("Status"): lambda mail: mail.get_state_display(),
        gettext("Written by"): lambda mail: mail.written_by,
    }


@page(staff=EDITORS, writes=True)
def sign(request: PageRequest) -> HttpResponse:
    stored = signature(request.actor)
    names = ("name", "title_sv", "title_en")
    form = SignatureForm(
        request.POST or None, initial={name: getattr(stored, name) for name in names} if stored else {}
    )
    if form.is_valid():
        with errors_shown_in(form):
            sign_as(request.actor, form.cleaned_data)
            messages.success(request, gettext("Saved. Your letters are signed like this from now on."))
            return redirect("mail_templates")
    return render(
        request, "correspondence/signature.html", {"form": form}, status=422 if form.errors else 200
    )
