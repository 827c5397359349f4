"""Adding, editing and deleting connections to other hubs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.servers import services
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.queries import certificates_of, find_server, users_bound_to
from vardkase.exchange.sync.previews import reset_remote_key
from vardkase.identity.access.permissions import Permission
from vardkase.web.exchange.servers.forms import ConnectionForm, ConnectionImportForm
from vardkase.web.exchange.servers.rule_choices import rule_choices
from vardkase.web.ui.edit_page import confirm_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers, found_choices, searched_for

FIELDS = {"remote_org": "new_org_uuid", "Organisation": "document", "pull_rules": "pull_parameters"}
"""Member that the service refuses → field of the form."""


@page(Permission.SITE_ADMIN, writes=True)
def create(request: PageRequest) -> HttpResponse:
    return _write(request, None)


@page(Permission.SITE_ADMIN, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    return _write(request, find_server(request.actor, pk))


@page(Permission.SITE_ADMIN, writes=True)
def take_over(request: PageRequest) -> HttpResponse:
    form = ConnectionImportForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form, fields=FIELDS):
            server = services.import_server(request.actor, form.cleaned_data["document"])
            messages.success(request, gettext("Connection added. Choose what to fetch and send."))
            return redirect("server_edit", server.pk)
    return render(request, "servers/import.html", {"form": form}, status=422 if form.errors else 200)


@page(Permission.SITE_ADMIN)
def find(request: PageRequest, pk: int = 0) -> HttpResponse:
    form = _form(request, find_server(request.actor, pk) if pk else None)
    return found_choices(request, form)


@page(Permission.SITE_ADMIN, writes=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    server = find_server(request.actor, pk)
    if request.method != "POST":
        words = gettext(
            "Fetching and sending will stop. Our key, the sync history and the list of failed events will be "
            "deleted, and the hub will be removed from sharing groups. Events already received are kept. This "
            "cannot be undone."
        )
        bound = [user.email for user in users_bound_to([pk]).get(pk, [])]
        if bound:
            words += " " + gettext(
                "These accounts are bound to the connection. They are kept, and the connection’s limits will no "
                "longer apply to them:"
            )
        return confirm_page(
            request,
            gettext("Remove %(name)s") % {"name": server.name},
            [(server.name, reverse("server", args=[pk]))],
            words,
            things=bound,
            act=gettext("Remove the connection"),
        )
    services.delete_server(request.actor, pk)
    messages.success(request, gettext("The connection has been removed. Events received over it are kept."))
    return redirect("servers")


@page(Permission.SITE_ADMIN, writes=True)
def new_key(request: PageRequest, pk: int) -> HttpResponse:
    server = find_server(request.actor, pk)
    if request.method != "POST":
        return render(request, "servers/key.html", {"server": server})
    try:
        reset_remote_key(request.actor, pk)
    except OutgoingFailed as failed:
        messages.error(request, str(failed))
    else:
        messages.success(
            request,
            gettext("The other hub has created a new key, and it is in use. The old one no longer works."),
        )
    return redirect("server", pk)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def move(request: PageRequest, pk: int, way: str) -> HttpResponse:
    services.move_server(request.actor, pk, earlier=way == "earlier")
    return redirect("servers")


def _form(request: PageRequest, server: Server | None) -> ConnectionForm:
    sources = rule_choices(request.actor, server)
    return form_with_pickers(
        request, lambda data: ConnectionForm(server, sources, data, None if data is None else request.FILES)
    )


def _write(request: PageRequest, server: Server | None) -> HttpResponse:
    form, version = _form(request, server), ShownVersion(request, server)
    if form.is_valid():
        with errors_shown_in(form, fields=FIELDS), version.saving(form):
            saved = (
                services.edit_server(request.actor, server.pk, form.wire())
                if server
                else services.add_server(request.actor, form.wire())
            )
            messages.success(request, gettext("Saved. Test the connection to check that it works."))
            return redirect("server", saved.pk)
    authority, own = certificates_of(server) if server else (None, None)
    context = {
        "form": form,
        "version": version,
        "server": server,
        **searched_for(request),
        "authority": authority,
        "own_certificate": own,
    }
    return render(request, "servers/form.html", context, status=version.status(form))
