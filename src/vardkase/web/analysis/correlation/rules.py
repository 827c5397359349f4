"""Rules between events: those that one rule names are never related to each other."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy

from vardkase.analysis.correlation import rule_services
from vardkase.analysis.correlation.models import CorrelationRule, Selector
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import organisations
from vardkase.web.analysis.correlation.forms import OF_ORGANISATIONS, CorrelationRuleForm
from vardkase.web.analysis.correlation.tabs import correlation_tabs
from vardkase.web.knowledge.library import parents
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers, found_choices

NAMED = 5
"""Selected things that the list of rules names, of each rule."""

SELECTORS: dict[Selector, str | Promise] = {
    Selector.CREATOR: pgettext_lazy("correlation rule", "Events created by certain organisations"),
    Selector.OWNER: pgettext_lazy("correlation rule", "Events owned by certain organisations"),
    Selector.EVENT_ID: pgettext_lazy("correlation rule", "Events by number"),
    Selector.EVENT_INFO: pgettext_lazy("correlation rule", "Events by title"),
}


@page(Permission.SITE_ADMIN)
def index(request: PageRequest) -> HttpResponse:
    rules = list(rule_services.rules(request.actor))
    names = _organisation_names(rules)
    context = {
        "tabs": correlation_tabs("correlation_rules"),
        "rows": [
            (
                rule,
                SELECTORS[Selector(rule.selector_type)],
                [names.get(entry, entry) for entry in rule.selector_list[:NAMED]],
                max(0, len(rule.selector_list) - NAMED),
            )
            for rule in rules
        ],
        "kinds": [
            (label, reverse("correlation_rule_create", args=[selector.value]))
            for selector, label in SELECTORS.items()
        ],
    }
    return render(request, "correlation/rules.html", context)


@page(Permission.SITE_ADMIN, writes=True)
def create(request: PageRequest, selector: str) -> HttpResponse:
    if selector not in Selector.values:
        raise Http404
    form = form_with_pickers(request, lambda data: CorrelationRuleForm(data, selector=Selector(selector)))
    return _write(request, form, None)


@page(Permission.SITE_ADMIN, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    stored = rule_services.find_rule(request.actor, str(pk))
    selector = Selector(stored.selector_type)
    form = form_with_pickers(
        request, lambda data: CorrelationRuleForm(data, selector=selector, stored=stored)
    )
    return _write(request, form, stored)


@page(Permission.SITE_ADMIN, writes=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    stored = rule_services.find_rule(request.actor, str(pk))
    if request.method != "POST":
        heading = gettext("Delete %(name)s") % {"name": stored.name}
        words = gettext("The events that the rule names are related again by the values they share.")
        return confirm_page(request, heading, _parents(), words)
    rule_services.delete_rule(request.actor, str(pk))
    messages.success(request, gettext("The correlation rule has been deleted."))
    return redirect("correlation_rules")


@page(Permission.SITE_ADMIN)
def find(request: PageRequest) -> HttpResponse:
    return found_choices(request, CorrelationRuleForm(None, selector=Selector.CREATOR))


def _write(request: PageRequest, form: CorrelationRuleForm, stored: CorrelationRule | None) -> HttpResponse:
    version = ShownVersion(request, stored)
    if form.is_valid():
        with errors_shown_in(form, fields={"selector_list": form.selected}), version.saving(form):
            if stored:
                rule_services.edit_rule(request.actor, str(stored.pk), form.wire())
            else:
                rule_services.add_rule(request.actor, form.wire())
            messages.success(request, gettext("Saved."))
            return redirect("correlation_rules")
    return edit_page(
        request,
        form,
        gettext("Edit %(name)s") % {"name": stored.name} if stored else gettext("New correlation rule"),
        _parents(),
        intro=f"{SELECTORS[form.selector]}. "
        + gettext("They are not related to each other, whatever values they share."),
        find_url=reverse("correlation_rule_find"),
        version=version,
    )


def _organisation_names(rules: Iterable[CorrelationRule]) -> dict[object, str]:
    numbers = {
        number for rule in rules if rule.selector_type in OF_ORGANISATIONS for number in rule.numbers[:NAMED]
    }
    found = organisations("all").filter(pk__in=numbers).values_list("pk", "name") if numbers else ()
    # An entry may be stored as it was sent, as a number or as text.
    return {key: name for number, name in found for key in (number, str(number))}


def _parents() -> list[Crumb]:
    return [
        *parents(),
        (gettext("Correlations"), reverse("correlation_exclusions")),
        (gettext("Correlation rules"), reverse("correlation_rules")),
    ]
