"""The inbox: everything that waits for the staff's duties, with owner and deadline."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_POST

from vardkase.hub.office.absence.queries import absence_today
from vardkase.hub.office.inbox import queries, services
from vardkase.hub.office.inbox.bulk import acts_for
from vardkase.hub.office.inbox.queries import SORTS, Due, InboxFilter, InboxTask, Whose
from vardkase.hub.office.staff import DESKS, staff
from vardkase.hub.open_tasks.registry import MOST, kinds_for
from vardkase.identity.accounts.staff import DECIDE
from vardkase.misp.flags import as_int
from vardkase.web.hub.signatures.presenters import signing_remark
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import with_query

ROWS = 50
TABS = {
    Whose.MINE: gettext_lazy("Mine"),
    Whose.NOBODYS: gettext_lazy("Unassigned"),
    Whose.ALL: gettext_lazy("All"),
}
DUE = {Due.LATE: pgettext_lazy("count", "Overdue"), Due.SOON: gettext_lazy("Due within a week")}


@page(staff=DESKS)
def index(request: PageRequest) -> HttpResponseBase:
    by, sort = _filter(request), _sort(request)
    found = queries.inbox(request.actor, by, sort)
    start = min(max(as_int(request.GET.get("from", "")) or 0, 0), max(len(found) - 1, 0))
    if form := wanted_file(request):
        return list_file(request, form, "inbox", gettext("Inbox"), _columns(), found)
    kinds, people = kinds_for(request.actor), staff()
    context = {
        **file_links(request),
        "rows": found[start : start + ROWS],
        "count": len(found),
        "first": start + 1,
        "last": min(start + ROWS, len(found)),
        "newer": with_query(request, **{"from": str(max(start - ROWS, 0))}) if start else "",
        "older": with_query(request, **{"from": str(start + ROWS)}) if start + ROWS < len(found) else "",
        "tabs": [
            {
                "label": label,
                "url": with_query(request, whose=whose, **{"from": None}),
                "current": whose == by.whose,
            }
            for whose, label in TABS.items()
        ],
        "kinds": [(kind.name, kind.label) for kind in kinds],
        "due": DUE.items(),
        "by": by,
        "is_narrowed": bool(by.kind or by.due or by.owner_id or by.text),
        "q": by.text,
        "people": people,
        "owners": [(person.pk, person.email) for person in people],
        "acts": [act for _kind, act in acts_for(request.actor)],
        "default_sort": "deadline",
        "most": MOST,
        "absence": absence_today(request.actor.user_id or 0),
        "signing": signing_remark() if request.actor.staff & DECIDE else None,
    }
    return render(request, "office/inbox.html", context)


@require_POST
@page(writes=True, staff=DESKS)
def hand_over(request: PageRequest) -> HttpResponse:
    chosen = chosen_tasks(request)
    owner = as_int(posted.text(request, "owner")) or 0
    if posted.text(request, "act") == "take":
        owner = request.actor.user_id or 0
    with errors_shown_as_message(request):
        count = services.hand_over(request.actor, chosen, owner)
        words = ngettext("%(n)s task was handed over.", "%(n)s tasks were handed over.", count)
        if owner == request.actor.user_id:
            words = ngettext("%(n)s task is yours now.", "%(n)s tasks are yours now.", count)
        messages.success(request, words % {"n": count})
    return redirect(f"{reverse('inbox')}?whose={_whose(posted.text(request, 'whose'))}")


def chosen_tasks(request: PageRequest) -> list[tuple[str, str]]:
    parts = (each.partition("/") for each in posted.texts(request, "task"))
    return [(kind, reference) for kind, slash, reference in parts if slash]


def _columns() -> Columns[InboxTask]:
    return {
        gettext("Task"): lambda line: line.task.title,
        gettext("Type"): lambda line: line.kind.noun,
        gettext("Due"): lambda line: line.task.deadline,
        gettext("Waiting since"): lambda line: line.task.since,
        gettext("Handled by"): lambda line: line.owner.email if line.owner else "",
    }


def _filter(request: PageRequest) -> InboxFilter:
    given: dict[str, Any] = request.GET
    due, kind = given.get("due", ""), given.get("kind", "")
    return InboxFilter(
        whose=_whose(given.get("whose", "")),
        kind=kind if kind in {each.name for each in kinds_for(request.actor)} else "",
        due=due if due in set(Due) else "",
        owner_id=as_int(given.get("owner", "")) or 0,
        text=searched(request),
    )


def _whose(text: str) -> str:
    return text if text in set(Whose) else Whose.ALL


def _sort(request: PageRequest) -> str:
    wanted = request.GET.get("sort", "")
    return wanted if wanted.removeprefix("-") in SORTS else "deadline"
