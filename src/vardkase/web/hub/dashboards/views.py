"""One's own widgets on the overview: chosen, moved, set, and kept as layouts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Invalid
from vardkase.hub.dashboards import layout, services
from vardkase.hub.dashboards.layout import PlacedWidget, own_layout
from vardkase.hub.dashboards.widgets import widgets
from vardkase.web.hub.dashboards.forms import LayoutForm, WidgetForm
from vardkase.web.hub.dashboards.presenters import lines_of, name_of, title_of
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.pages import PageRequest, page

MOST_LAYOUTS = 100


@page()
def edit(request: PageRequest) -> HttpResponse:
    own = own_layout(request.actor)
    context = {
        "placed": [(each, title_of(each)) for each in own.placed],
        "layout": own,
        "offered": [(each.name, name_of(each.name, each.title)) for each in widgets(request.actor)],
        "layouts": services.templates(request.actor)[:MOST_LAYOUTS],
    }
    return render(request, "dashboards/edit.html", context)


@page()
def widget(request: PageRequest, place: int) -> HttpResponse:
    """The figures of one widget: a part of the overview, or a page of its own."""
    placed = _placed(request, place)
    try:
        lines = lines_of(request.actor, placed)
    except Invalid as refused:
        context: dict[str, Any] = {"title": title_of(placed), "placed": placed, "wrong": str(refused)}
    else:
        context = {"title": title_of(placed), "placed": placed, "lines": lines}
    part = "HX-Request" in request.headers
    response = render(request, "dashboards/widget.html#lines" if part else "dashboards/widget.html", context)
    response.headers["Vary"] = "HX-Request, Cookie, Accept-Language"
    return response


@page(writes=True)
@require_POST
def add(request: PageRequest) -> HttpResponse:
    with errors_shown_as_message(request):
        layout.add_widget(request.actor, posted.text(request, "widget"), posted.text(request, "seen"))
    return redirect("dashboard")


@page(writes=True)
@require_POST
def move(request: PageRequest, place: int) -> HttpResponse:
    steps = 1 if posted.text(request, "to") == "down" else -1
    with errors_shown_as_message(request):
        layout.move_widget(request.actor, place, steps, posted.text(request, "seen"))
    return redirect(f"{reverse('dashboard')}#widget-{max(0, place + steps)}")


@page(writes=True)
@require_POST
def remove(request: PageRequest, place: int) -> HttpResponse:
    with errors_shown_as_message(request):
        layout.remove_widget(request.actor, place, posted.text(request, "seen"))
    return redirect("dashboard")


@page(writes=True)
def configure(request: PageRequest, place: int) -> HttpResponse:
    placed, own = _placed(request, place), own_layout(request.actor)
    stored = {
        name: placed.config.get(name) for name in ("alias", "period", "limit") if placed.config.get(name)
    }
    form = WidgetForm(placed.widget.params, request.POST or None, initial={**stored, "seen": own.mark})
    if form.is_valid():
        with errors_shown_in(form):
            layout.configure_widget(request.actor, place, form.config(), form.cleaned_data["seen"])
            messages.success(request, gettext("Saved."))
            return redirect("dashboard")
    return edit_page(request, form, gettext("Settings of the widget"), _parents())


@page(writes=True)
def reset(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        words = gettext("The overview now shows only what everyone sees. Layouts that you have saved stay.")
        return confirm_page(request, gettext("Remove all my widgets"), _parents(), words)
    layout.reset_layout(request.actor)
    messages.success(request, gettext("The overview now shows only what everyone sees."))
    return redirect("home")


@page(writes=True)
def save_layout(request: PageRequest) -> HttpResponse:
    form = LayoutForm(request.POST or None, may_share=request.actor.is_site_admin)
    if form.is_valid():
        with errors_shown_in(form):
            services.save_template(request.actor, form.cleaned_data)
            messages.success(request, gettext("The layout has been saved."))
            return redirect("dashboard")
    return edit_page(request, form, gettext("Save as a layout"), _parents())


@page(writes=True)
@require_POST
def use_layout(request: PageRequest, pk: int) -> HttpResponse:
    layout.use_template(request.actor, str(pk))
    messages.success(request, gettext("The layout is now yours. Change it as you like."))
    return redirect("dashboard")


@page(writes=True)
def delete_layout(request: PageRequest, pk: int) -> HttpResponse:
    template = services.templates(request.actor).filter(pk=pk).first()
    if template is None:
        raise Http404
    if request.method != "POST":
        words = gettext("Overviews that were made from it stay as they are.")
        return confirm_page(request, gettext("Delete layout"), _parents(), words, things=[template.name])
    services.delete_template(request.actor, str(pk))
    messages.success(request, gettext("The layout has been deleted."))
    return redirect("dashboard")


def _placed(request: PageRequest, place: int) -> PlacedWidget:
    found = next((each for each in own_layout(request.actor).placed if each.place == place), None)
    if found is None:
        raise Http404
    return found


def _parents() -> list[Crumb]:
    return [(gettext("Overview"), reverse("home")), (gettext("My widgets"), reverse("dashboard"))]
