"""The certificate with which the hub signs letters, decisions and reports."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from vardkase.core.body_limits import BodyLimits
from vardkase.hub.signatures import queries, services
from vardkase.hub.signatures.keys import LARGEST
from vardkase.hub.signatures.settings import ASK_ISSUERS, MUST_BE_SIGNED, TIMESTAMP_ADDRESS, TRUST_ROOTS
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.signatures.forms import CertificateForm, TrialCertificateForm
from vardkase.web.hub.signatures.presenters import STATES
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.files import download
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)


@page(staff=OFFICERS)
def index(request: PageRequest) -> HttpResponse:
    certificate = queries.certificate_in_use()
    state = queries.signing_state(certificate)
    context = {
        **listed(request, queries.former_certificates(request.actor), {"ended_at"}, "-ended_at"),
        "certificate": certificate,
        "state": STATES[state],
        "settings": (
            (TIMESTAMP_ADDRESS, TIMESTAMP_ADDRESS.value or gettext("None")),
            (MUST_BE_SIGNED, gettext("Yes") if MUST_BE_SIGNED.value else gettext("No")),
            (TRUST_ROOTS, gettext("Set") if TRUST_ROOTS.value else gettext("None")),
            (ASK_ISSUERS, gettext("Yes") if ASK_ISSUERS.value else gettext("No")),
        ),
    }
    return render(request, "signatures/index.html", context)


@page(staff=OFFICERS, writes=True, body=BodyLimits.FILES)
def add(request: PageRequest) -> HttpResponse:
    form = CertificateForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        with errors_shown_in(form):
            content = data["file"].read(LARGEST + 1)
            made = services.propose_certificate(request.actor, content, data["passphrase"], data["reason"])
            return proposed(request, made) if made.is_waiting else _done(request)
    intro = gettext(
        "Order a certificate for electronic seals in the authority’s name from a trust service provider. When another "
        "person has approved it, every letter and report is signed with it."
    )
    return edit_page(
        request, form, gettext("Add a certificate"), _parents(), save=gettext("Propose"), intro=intro
    )


@page(staff=OFFICERS, writes=True)
def trial(request: PageRequest) -> HttpResponse:
    form = TrialCertificateForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            made = services.propose_trial_certificate(request.actor, form.cleaned_data["reason"])
            return proposed(request, made) if made.is_waiting else _done(request)
    intro = gettext(
        "For testing only. The hub makes a key and signs the certificate itself, for 90 days. Readers of PDF files "
        "will say that the signature cannot be trusted."
    )
    heading = gettext("Make a test certificate")
    return edit_page(request, form, heading, _parents(), save=gettext("Propose"), intro=intro)


@page(staff=OFFICERS, writes=True)
def stop(request: PageRequest) -> HttpResponse:
    if request.method == "POST":
        with errors_shown_as_message(request):
            services.stop_signing(request.actor)
            messages.success(request, gettext("The certificate is no longer used, and its key is erased."))
        return redirect("signatures")
    words = gettext(
        "The key is erased at once and cannot be restored. Until another certificate is approved, letters are not "
        "signed electronically. Also ask the issuer to revoke the certificate if its key may be in other hands."
    )
    return confirm_page(request, gettext("Stop sealing"), _parents(), words)


@page(staff=OFFICERS)
def certificate(request: PageRequest, pk: int) -> HttpResponseBase:
    row = queries.find_certificate(request.actor, pk)
    return download([row.chain.encode()], f"{row.fingerprint[:16]}.pem", "application/x-pem-file")


def _done(request: PageRequest) -> HttpResponse:
    messages.success(request, gettext("Documents are sealed with this certificate from now on."))
    return redirect("signatures")


def _parents() -> list[Crumb]:
    return [(gettext("Electronic seals and signatures"), reverse("signatures"))]
