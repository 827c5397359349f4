"""Customer service requests, signed in or by private link."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.core.errors import Invalid
from vardkase.core.mail.services import can_send
from vardkase.hub.correspondence.letters.wording import owner_name
from vardkase.hub.customer_service import links, queries, services
from vardkase.hub.customer_service.models import RequestKind, SupportRequest
from vardkase.identity.access.actor import Actor
from vardkase.web.hub.customer_service.forms import SupportMessageForm, SupportRequestForm, VisitorForm
from vardkase.web.hub.membership.members.links import gone
from vardkase.web.hub.public_pages.front import words_at_the_foot
from vardkase.web.ui.forms.errors import errors_shown_in, take_errors
from vardkase.web.ui.listing import listed
from vardkase.web.ui.mail_messages import say_received
from vardkase.web.ui.pages import PageRequest, page, public_page, visitor_of
from vardkase.web.ui.private_links import PrivateLink, open_private_link, private_page

LINK = PrivateLink("support_follow", "support_follow_request")
SORTS = {"pk", "changed"}


@page(allowed_while_suspended=True)
def index(request: PageRequest) -> HttpResponse:
    return render(
        request,
        "customer_service/index.html",
        listed(request, queries.own_requests(request.actor), SORTS, "-pk"),
    )


@page(allowed_while_suspended=True)
def ask(request: PageRequest) -> HttpResponse:
    """Open to read-only organisations as well: they have the more reason to ask."""
    form = SupportRequestForm(
        request.POST or None, initial={"kind": request.GET.get("kind", RequestKind.CONNECTION)}
    )
    if form.is_valid():
        with errors_shown_in(form):
            made = services.ask(request.actor, form.cleaned_data)
            say_received(
                request,
                gettext("Support has received your request."),
                gettext("You will be notified by e-mail when there is an answer."),
                gettext("The answer is shown on this page."),
            )
            return redirect("support_request", made.pk)
    return render(request, "customer_service/ask.html", {"form": form}, status=422 if form.errors else 200)


@page(allowed_while_suspended=True)
def view(request: PageRequest, pk: int) -> HttpResponse:
    support_request = queries.find_own_request(request.actor, pk)
    if request.method != "POST":
        return _shown(request, support_request, SupportMessageForm())
    form = SupportMessageForm(request.POST)
    if form.is_valid() and _is_added(form, request.actor, support_request):
        return redirect("support_request", pk)
    return _shown(request, support_request, form)


@public_page
def ask_as_visitor(request: HttpRequest) -> HttpResponse:
    form = VisitorForm(request.POST or None, initial={"kind": RequestKind.ACCESS})
    status = 200
    if form.is_bound and form.is_valid():
        try:
            made = services.ask_as_visitor(visitor_of(request), form.cleaned_data)
        except Invalid as refused:
            take_errors(form, refused)
        except services.TooMany as refused:
            form.add_error(None, str(refused))
            status = 429
        else:
            context = {"asked": made, "sends_mail": can_send(), "owner": owner_name(), **words_at_the_foot()}
            return render(request, "customer_service/asked.html", context)
    if form.errors and status == 200:
        status = 422
    return render(
        request, "customer_service/ask_as_visitor.html", {"form": form, **words_at_the_foot()}, status=status
    )


@public_page
def open_link(request: HttpRequest) -> HttpResponse:
    return open_private_link(request, LINK, links.opened_by, gone)


@private_page(LINK, gone)
def follow(request: HttpRequest, token: str) -> HttpResponse:
    support_request = links.opened_by(token)
    form = SupportMessageForm(request.POST or None)
    if form.is_bound and form.is_valid() and _is_added(form, visitor_of(request), support_request):
        return redirect(LINK.target)
    context = {
        "asked": support_request,
        "said": queries.conversation(support_request),
        "form": form,
        **words_at_the_foot(),
    }
    return render(request, "customer_service/follow.html", context, status=422 if form.errors else 200)


def _is_added(form: Form, actor: Actor, support_request: SupportRequest) -> bool:
    with errors_shown_in(form):
        services.add_as_asker(actor, support_request, form.cleaned_data["text"])
    return not form.errors


def _shown(request: PageRequest, support_request: SupportRequest, form: Form) -> HttpResponse:
    context: dict[str, Any] = {
        "asked": support_request,
        "said": queries.conversation(support_request),
        "form": form,
    }
    return render(request, "customer_service/request.html", context, status=422 if form.errors else 200)
