"""Blocklists: what is refused, by UUID, wherever it comes from."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Forbidden
from vardkase.core.problems import CommonProblem
from vardkase.knowledge.blocklists import queries, services
from vardkase.knowledge.blocklists.models import Blocked, BlocklistEntry
from vardkase.knowledge.blocklists.rules import managed_kinds, require_manager
from vardkase.knowledge.blocklists.services import BlockReason
from vardkase.web.knowledge.blocklists.forms import EntryForm, NewEntriesForm
from vardkase.web.knowledge.blocklists.labels import WORDS
from vardkase.web.knowledge.library import parents
from vardkase.web.ui.display import thin
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.listing import listed, searched
from vardkase.web.ui.pages import PageRequest, page

SORTS = {"info", "created", "blocked_amount", "pk"}


@page()
def index(request: PageRequest) -> HttpResponse:
    kinds = managed_kinds(request.actor)
    if not kinds:
        raise Forbidden(CommonProblem.NO_PERMISSION())
    return redirect("blocklist", kinds[0].value)


@page()
def blocklist(request: PageRequest, kind: str) -> HttpResponse:
    blocked = _kind(kind)
    listing = listed(request, queries.search_entries(request.actor, blocked, searched(request)), SORTS, "-pk")
    context = {
        **listing,
        "rows": [(row, _last_time(row)) for row in listing["rows"]],
        "kind": blocked.value,
        "words": WORDS[blocked],
        "q": searched(request),
        "tabs": [
            {
                "label": WORDS[each].title,
                "url": reverse("blocklist", args=[each.value]),
                "current": each is blocked,
            }
            for each in managed_kinds(request.actor)
        ],
    }
    return render(request, "blocklists/blocklist.html", context)


@page(writes=True)
def add(request: PageRequest, kind: str) -> HttpResponse:
    blocked = _kind(kind)
    require_manager(request.actor, blocked)
    form = NewEntriesForm(request.POST or None, words=WORDS[blocked])
    if form.is_valid():
        about = {name: form.cleaned_data.get(name, "") for name in ("info", "orgc", "comment")}
        with errors_shown_in(form):
            added = services.add_entries(
                request.actor, blocked, form.cleaned_data["uuids"], BlockReason(**about)
            )
            count, known = len(added.successes), len(added.fails)
            said = ngettext("%(n)s UUID is blocked.", "%(n)s UUIDs are blocked.", count) % {"n": thin(count)}
            if known:
                already = ngettext("%(n)s was blocked already.", "%(n)s were blocked already.", known)
                said = f"{said} {already % {'n': thin(known)}}"
            messages.success(request, said)
            return redirect("blocklist", kind)
    return edit_page(
        request,
        form,
        gettext("Add to the blocklist"),
        _parents(blocked),
        save=gettext("Block"),
        intro=str(WORDS[blocked].about),
    )


@page(writes=True)
def edit(request: PageRequest, kind: str, pk: int) -> HttpResponse:
    blocked = _kind(kind)
    entry = queries.find_entry(request.actor, blocked, str(pk))
    stored = {name: getattr(entry, name) for name in ("info", "orgc", "comment")}
    form = EntryForm(request.POST or None, words=WORDS[blocked], initial=stored)
    version = ShownVersion(request, entry)
    if form.is_valid():
        with errors_shown_in(form), version.saving(form):
            services.edit_entry(request.actor, blocked, str(pk), form.cleaned_data)
            messages.success(request, gettext("Saved."))
            return redirect("blocklist", kind)
    heading = gettext("Edit the entry")
    return edit_page(request, form, heading, _parents(blocked), intro=str(entry.uuid), version=version)


@page(writes=True)
@require_POST
def delete(request: PageRequest, kind: str) -> HttpResponse:
    """Asks first: the hits of an entry are counted in it, so that adding it again would not bring it back."""
    blocked = _kind(kind)
    chosen = list(queries.entries(request.actor, blocked, {}).filter(pk__in=posted.numbers(request, "pk")))
    if not chosen:
        return redirect("blocklist", kind)
    if not posted.flag(request, "confirmed"):
        fields = [("confirmed", "1"), *(("pk", entry.pk) for entry in chosen)]
        words = gettext("What these entries refused is let in from now on.")
        names = [f"{entry.info or entry.orgc} {entry.uuid}".strip() for entry in chosen]
        heading = gettext("Remove from the blocklist")
        return confirm_page(request, heading, _parents(blocked), words, fields=fields, things=names)
    count = services.delete_entries(request.actor, blocked, [str(entry.pk) for entry in chosen])
    said = ngettext("%(n)s entry removed.", "%(n)s entries removed.", count) % {"n": thin(count)}
    messages.success(request, said)
    return redirect("blocklist", kind)


def _kind(kind: str) -> Blocked:
    if kind not in Blocked.values:
        raise Http404
    return Blocked(kind)


def _last_time(entry: BlocklistEntry) -> datetime | None:
    seconds = entry.blocked_last_time
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _parents(kind: Blocked) -> list[Crumb]:
    return [
        *parents(),
        (gettext("Blocklists"), reverse("blocklists")),
        (str(WORDS[kind].title), reverse("blocklist", args=[kind.value])),
    ]
