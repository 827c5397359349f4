"""Decaying models: their parameters, their curve, and what they make of one attribute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpResponse
from django.shortcuts import render

from vardkase.analysis.correlation.queries import attributes_with_value
from vardkase.analysis.decay.simulation import Simulation, simulate
from vardkase.analysis.search.value_search import FoundAttribute, attributes_by_id
from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import find_attribute
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.decaying_models.queries import find_model, may_edit, types_of, visible_models
from vardkase.misp.fields import UUID_IN_ANY_CASE
from vardkase.misp.flags import is_id
from vardkase.misp.freetext import refang
from vardkase.web.knowledge.decaying_models.curve import LABELS, ROWS, curve_of, spread
from vardkase.web.knowledge.decaying_models.labels import FORMULAS, formula_name
from vardkase.web.ui.charts import LineChart, line_chart
from vardkase.web.ui.display import short_date
from vardkase.web.ui.pages import PageRequest, page

SIMULATED = 10
"""Attributes with a value to choose from."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """`others`: further attributes with the same value; `applies`: whether the model is for this type."""

    attribute: FoundAttribute
    others: list[FoundAttribute]
    outcome: Simulation
    chart: LineChart
    rows: list[tuple[datetime, float]]
    applies: bool


@page()
def index(request: PageRequest) -> HttpResponse:
    actor = request.actor
    context = {
        "rows": [
            (model, formula_name(model.formula), len(types_of(model)), may_edit(actor, model))
            for model in visible_models(actor).select_related("org").order_by("name", "pk")
        ],
        "may_write": actor.may_write,
        "may_add": actor.may_write and (actor.may(Permission.DECAYING) or actor.may(Permission.ADMIN)),
    }
    return render(request, "decaying_models/index.html", context)


@page()
def view(request: PageRequest, pk: int) -> HttpResponse:
    model = find_model(request.actor, pk)
    wanted = request.GET.get("of", "").replace("\0", "").strip()[:1000]
    simulated = _simulated(request.actor, model, wanted) if wanted else None
    context = {
        "model": model,
        "formula": formula_name(model.formula),
        "formula_words": FORMULAS[model.formula][1] if model.formula in FORMULAS else "",
        "types": types_of(model),
        "weights": (model.parameters.get("base_score_config") or {}).items(),
        "curve": curve_of(model),
        "wanted": wanted,
        "simulated": simulated,
        "may_edit": may_edit(request.actor, model) and request.actor.may_write,
    }
    return render(request, "decaying_models/decaying_model.html", context)


def _simulated(actor: Actor, model: DecayingModel, wanted: str) -> Simulated | None:
    """The model on the attribute with this number or UUID, or else on the newest with this value; None if the actor
    can read none.
    """
    found = attributes_by_id(actor, _attribute_ids(actor, wanted), size=SIMULATED)
    if not found:
        return None
    attribute, *others = found
    outcome = simulate(actor, model, attribute.id)
    course = [(datetime.fromisoformat(point.date), point.score) for point in outcome.course]
    lifetime = (course[-1][0] - course[0][0]).total_seconds()
    passed = (datetime.now(UTC) - course[0][0]).total_seconds()
    chart = line_chart(
        [score for _when, score in course],
        spread([short_date(when) for when, _score in course], LABELS),
        level=float(model.parameters["threshold"]),
        mark=passed / lifetime if lifetime else None,
    )
    applies = attribute.type in types_of(model)
    return Simulated(attribute, others, outcome, chart, spread(course, ROWS), applies)


def _attribute_ids(actor: Actor, wanted: str) -> list[int]:
    if UUID_IN_ANY_CASE.fullmatch(wanted) or is_id(wanted):
        try:
            return [find_attribute(actor, wanted).id]
        except NotFound:
            pass  # A number may be a value as well.
    return attributes_with_value(actor, refang(wanted), limit=SIMULATED)
