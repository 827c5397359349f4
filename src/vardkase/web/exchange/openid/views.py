"""Sign-in through an organisation's provider: selection, redirect, callback."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.core import ratelimit
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from vardkase.exchange import openid
from vardkase.identity.sign_in_policy.models import IdentityProvider
from vardkase.identity.sign_in_policy.providers import (
    ProviderFault,
    ProviderRefused,
    account_of,
    proved,
    provider_for,
    vouches_for_second_factor,
)
from vardkase.web.exchange.openid import attempts
from vardkase.web.exchange.openid.forms import EmailForm
from vardkase.web.sign_in import audit
from vardkase.web.sign_in.sign_in_methods import came_through
from vardkase.web.ui.pages import public_page


@public_page
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Ask for the e-mail address; on POST show a link to the organisation's provider.

    It is a link because the pages' CSP lets no form submit to another server.
    """
    if request.user.is_authenticated:
        return redirect("home")
    form = EmailForm(request.POST or None)
    following = str(get_next_redirect_url(request) or "")
    context = {"form": form, "following": following}
    if request.method != "POST":
        return render(request, "openid/provider.html", context)
    too_many: HttpResponse | None = ratelimit.consume_or_429(request, action="provider_sign_in")
    if too_many is not None:
        return too_many
    if form.is_valid():
        email = form.cleaned_data["email"]
        if provider := provider_for(email):
            return _way_there(request, provider, email, following)
        form.add_error(
            "email", gettext("No organisation here with this address signs in through its own service.")
        )
    return render(request, "openid/provider.html", context, status=422)


@require_GET
@public_page
@never_cache
def back(request: HttpRequest, pk: int) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    too_many: HttpResponse | None = ratelimit.consume_or_429(
        request, action="provider_answer", limit_get=True
    )
    if too_many is not None:
        return too_many
    provider = IdentityProvider.objects.select_related("org").filter(pk=pk).first()
    if provider is None:
        raise Http404
    try:
        attempt, following = attempts.take(request, provider)
        returned = openid.ProviderCallback.of(request.GET)
        claims = openid.finish(provider, attempt, returned, attempts.way_back(request, pk))
        user = account_of(provider, claims)
    except ProviderRefused as refused:
        return _refused(request, provider, refused)
    second_factor = vouches_for_second_factor(provider, claims)
    proved(provider)
    came_through(request, user, provider, second_factor=second_factor)
    entered: HttpResponse = perform_login(request, Login(user=user, redirect_url=following or None))
    return entered


def _way_there(request: HttpRequest, provider: IdentityProvider, email: str, following: str) -> HttpResponse:
    try:
        attempt, address = openid.begin(provider, attempts.way_back(request, provider.pk), email)
    except ProviderRefused as refused:
        return _refused(request, provider, refused)
    attempts.keep(request, provider, attempt, following)
    return render(request, "openid/provider_go.html", {"provider": provider, "address": address})


def _refused(request: HttpRequest, provider: IdentityProvider, refused: ProviderRefused) -> HttpResponse:
    audit.provider_refused(request, provider, refused)
    status = 502 if refused.fault in (ProviderFault.UNREACHABLE, ProviderFault.ANSWER) else 403
    return render(
        request, "openid/provider_refused.html", {"refused": refused, "provider": provider}, status=status
    )
