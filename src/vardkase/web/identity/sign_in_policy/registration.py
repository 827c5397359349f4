"""Registering an organisation's networks, client certificates and e-mail domains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import visitor
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.sign_in_policy import services
from vardkase.identity.sign_in_policy.queries import find_secured
from vardkase.web.identity.sign_in_policy.forms import (
    SecurityCertificateForm,
    SecurityDomainForm,
    SecurityNetworksForm,
)
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.pages import PageRequest, page, public_page
from vardkase.web.ui.private_links import PrivateLink, open_private_link, private_page

DOMAIN = PrivateLink("domain_confirm", "domain_confirm_answer")


@page()
def networks(request: PageRequest, pk: int) -> HttpResponse:
    organisation = find_secured(request.actor, pk)
    form = SecurityNetworksForm(request.POST or None, initial={"networks": "\n".join(organisation.networks)})
    return _written(
        request,
        organisation,
        form,
        "sign_in_policy/networks.html",
        lambda: services.set_networks(
            request.actor, organisation, form.cleaned_data["networks"].replace(",", " ").split()
        ),
        gettext("The networks have been saved."),
    )


@page()
def add_certificate(request: PageRequest, pk: int) -> HttpResponse:
    organisation = find_secured(request.actor, pk)
    form = SecurityCertificateForm(request.POST or None, request.FILES or None)

    def add() -> None:
        pins = form.cleaned_data["pins"]
        if text := form.text():
            services.add_certificate(request.actor, organisation, text, pins=pins)
        else:
            fingerprint = form.cleaned_data["fingerprint"]
            services.add_fingerprint(request.actor, organisation, fingerprint, pins=pins)

    message = gettext("The certificate has been registered.")
    return _written(request, organisation, form, "sign_in_policy/certificate.html", add, message)


@require_POST
@page()
def remove_certificate(request: PageRequest, pk: int, certificate: int) -> HttpResponse:
    shown = getattr(request, "client_certificate", None)
    return _done(
        request,
        pk,
        lambda organisation: services.remove_certificate(
            request.actor, organisation, certificate, shown=shown
        ),
        gettext("The certificate has been removed."),
    )


@page()
def add_domain(request: PageRequest, pk: int) -> HttpResponse:
    organisation = find_secured(request.actor, pk)
    form = SecurityDomainForm(request.POST or None, initial={"domain": request.GET.get("domain", "")})

    def add() -> None:
        fields = (form.cleaned_data[name] for name in ("domain", "method", "mailbox"))
        services.start_domain_check(request.actor, organisation, *fields)

    message = gettext("The domain is waiting to be verified.")
    return _written(request, organisation, form, "sign_in_policy/domain.html", add, message)


@require_POST
@page()
def check_domain(request: PageRequest, pk: int, domain: int) -> HttpResponse:
    organisation = find_secured(request.actor, pk)
    with errors_shown_as_message(request):
        if services.check_record(request.actor, organisation, domain):
            messages.success(request, gettext("Record found: the domain is verified."))
        else:
            messages.error(
                request, gettext("The record was not found. It can take an hour to appear in DNS.")
            )
    return redirect("security", pk)


@require_POST
@page()
def remove_domain(request: PageRequest, pk: int, domain: int) -> HttpResponse:
    return _done(
        request,
        pk,
        lambda organisation: services.remove_domain(request.actor, organisation, domain),
        gettext("The domain has been removed."),
    )


def domain_unknown(request: HttpRequest, error: NotFound) -> HttpResponse:
    return render(request, "sign_in_policy/domain_unknown.html", {"why": str(error)}, status=404)


@public_page
def open_domain_link(request: HttpRequest) -> HttpResponse:
    return open_private_link(request, DOMAIN, services.find_by_link, domain_unknown)


@private_page(DOMAIN, domain_unknown)
def confirm_domain(request: HttpRequest, secret: str) -> HttpResponse:
    if request.method == "POST":
        address = getattr(request, "client_address", None)
        claim = services.confirm_by_link(visitor(address), secret)
        return DOMAIN.forget(render(request, "sign_in_policy/domain_confirmed.html", {"claim": claim}))
    return render(request, "sign_in_policy/domain_confirm.html", {"claim": services.find_by_link(secret)})


def _written(
    request: PageRequest,
    organisation: Organisation,
    form: forms.Form,
    template: str,
    save: Callable[[], Any],
    message: str,
) -> HttpResponse:
    context = {"form": form, "organisation": organisation}
    if form.is_valid():
        with errors_shown_in(form):
            save()
            messages.success(request, message)
            return redirect("security", organisation.pk)
    return render(request, template, context, status=422 if form.errors else 200)


def _done(request: PageRequest, pk: int, act: Callable[[Organisation], Any], message: str) -> HttpResponse:
    with errors_shown_as_message(request):
        act(find_secured(request.actor, pk))
        messages.success(request, message)
    return redirect("security", pk)
