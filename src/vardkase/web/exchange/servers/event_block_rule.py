"""Tags that block events from the hub, whatever their source."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.hub.instance.settings import change_setting
from vardkase.identity.access.permissions import Permission
from vardkase.intel.settings import EVENT_BLOCK_RULE, blocked_tags
from vardkase.knowledge.taxonomies.queries import visible_tags
from vardkase.web.exchange.servers.overlap_forms import BlockRuleForm
from vardkase.web.ui.forms.picker import SHOWN, Names
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers, found_choices, searched_for


@page(Permission.SITE_ADMIN, writes=True)
def edit(request: PageRequest) -> HttpResponse:
    initial = {"tags": sorted(blocked_tags(EVENT_BLOCK_RULE.value))}
    form = form_with_pickers(request, lambda data: BlockRuleForm(_tags(request), data, initial=initial))
    if form.is_bound and form.is_valid():
        tags = form.cleaned_data["tags"]
        rule = json.dumps({"tags": tags}) if tags else ""
        change_setting(request.actor, EVENT_BLOCK_RULE.name, rule)
        messages.success(request, gettext("Saved."))
        return redirect("event_block_rule")
    context = {"form": form, **searched_for(request)}
    status = 422 if form.is_bound else 200
    return render(request, "servers/event_block_rule.html", context, status=status)


@page(Permission.SITE_ADMIN)
def find(request: PageRequest) -> HttpResponse:
    return found_choices(request, BlockRuleForm(_tags(request)))


def _tags(request: PageRequest) -> Names:
    tags = visible_tags(request.actor)
    return Names(
        lambda text: tags.filter(name__icontains=text).values_list("name", flat=True)[:SHOWN], free=True
    )
