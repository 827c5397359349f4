"""Security of an organisation: registered entries, enforcement mode, and what is missing."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.hub.membership.members.queries import connection_of
from vardkase.hub.membership.sectors import Connection
from vardkase.identity.access_reviews.queries import may_see_reviews, open_review_of, unanswered
from vardkase.identity.organisations.models import Organisation, SignInMode, SignInRule
from vardkase.identity.sign_in_policy import services
from vardkase.identity.sign_in_policy.dns import record_name, record_text
from vardkase.identity.sign_in_policy.queries import (
    certificates_of,
    domains_of,
    find_secured,
    manages_all_organisations,
    secured_organisations,
)
from vardkase.identity.sign_in_policy.rules import is_private, kept_mode, may_decide
from vardkase.web.identity.sign_in_policy.labels import MISSING, MODES, OF_API, REQUIREMENT_STATES, RULES
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message
from vardkase.web.ui.listing import listed, searched
from vardkase.web.ui.pages import PageRequest, page


@page()
def own(request: PageRequest) -> HttpResponse:
    return redirect("security", find_secured(request.actor).pk)


@page()
def index(request: PageRequest) -> HttpResponse:
    rows = secured_organisations(request.actor, searched(request))
    context = {
        **listed(request, rows, {"name"}, "name"),
        "q": searched(request),
        "states": REQUIREMENT_STATES,
    }
    return render(request, "sign_in_policy/organisations.html", context)


@page()
def view(request: PageRequest, pk: int) -> HttpResponse:
    organisation = find_secured(request.actor, pk)
    state = services.security_state(organisation)
    web_only = connection_of(pk) == Connection.WEB
    review = open_review_of(pk)
    requirements = services.requirements_of(organisation)
    context: dict[str, Any] = {
        "organisation": organisation,
        "state": state,
        "required": [str(dict(SignInRule.choices).get(rule, rule)) for rule in organisation.required_sign_in],
        "missing": [MISSING[name] for name in state.missing if not (web_only and name in OF_API)],
        "web_only": web_only,
        "rules": _rules(organisation),
        "modes": [(mode.value, str(MODES[mode]).capitalize()) for mode in SignInMode],
        "private": [network for network in organisation.networks if is_private(network)],
        "is_own": pk == request.actor.organisation_id,
        "may_decide": may_decide(request.actor, pk),
        "domains": [
            (row, record_name(row.domain), record_text(row.token))
            for row in domains_of(request.actor, organisation)
        ],
        "certificates": certificates_of(request.actor, organisation),
        "provider": services.provider_of(organisation),
        "requirements": requirements,
        "requirement_state": REQUIREMENT_STATES[requirements.state],
        "sees_reviews": may_see_reviews(request.actor, pk),
        "review": review,
        "left": unanswered(review).count() if review else 0,
        "sees_all": manages_all_organisations(request.actor),
    }
    return render(request, "sign_in_policy/view.html", context)


@require_POST
@page()
@reauthentication_required  # type: ignore[untyped-decorator]
def set_modes(request: PageRequest, pk: int) -> HttpResponse:
    organisation = find_secured(request.actor, pk)
    modes = {rule: mode for rule, mode in posted.fields(request).items() if rule in RULES}
    with errors_shown_as_message(request):
        shown = getattr(request, "client_certificate", None)
        services.set_modes(request.actor, organisation, shown=shown, **modes)
        messages.success(request, gettext("Saved."))
    return redirect("security", pk)


def _rules(organisation: Organisation) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "title": title,
            "help": description,
            "mode": getattr(organisation, f"{name}_mode"),
            "kept": kept_mode(organisation, name),
        }
        for name, (title, description) in RULES.items()
    ]
