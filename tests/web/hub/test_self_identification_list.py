"""The list of what points to an author, in the form of a page: each is kept, replaced or removed, without scripts."""

from __future__ import annotations

import re
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from tests.factories.seed import Seed
from vardkase.hub.anonymity.hits import HitAction
from vardkase.hub.anonymity.self_identification import apply, check
from vardkase.identity.organisations.models import Organisation
from vardkase.web.hub.anonymity.review import decisions_from, review_of


def fields_of(page: str) -> dict[str, str]:
    """As a browser sends the form."""
    inputs = [
        dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) | {"tag": tag}
        for tag in re.findall(r"<input[^>]*>", page)
    ]
    return {
        each["name"]: each.get("value", "")
        for each in inputs
        if each["type"] == "text" or re.search(r"\bchecked\b", each["tag"])
    }


def test_hits_are_listed_with_place_and_suggestion_and_answers_are_carried_out(seed: Seed) -> None:
    own = Organisation.objects.create(name="<Vaxholms> kommun", local=True)
    draft: dict[str, Any] = {
        "info": "Attack on Vaxholms kommun",
        "Attribute": [{"type": "domain", "value": "vaxholm.example"}],
        "Object": [
            {
                "name": "email",
                "Attribute": [{"type": "text", "value": "Vaxholm", "comment": '"><script>Vaxholm'}],
            }
        ],
    }
    hits = check(own, draft)
    with translation.override("en"):
        page = render_to_string("anonymity/review.html", {"review": review_of(draft, hits)})
    assert "Object 1 (email) › Attribute 1 (text) › comment" in page
    assert "<script>" not in page
    sent = fields_of(page)
    changed = apply(draft, hits, decisions_from(sent, hits))
    assert changed == {
        "info": "Attack on [organisation]",
        "Attribute": [],
        "Object": [
            {"name": "email", "Attribute": [
                {"type": "text", "value": "[organisation]", "comment": '"><script>[organisation]'}
            ]}
        ],
    }  # fmt: skip
    title = next(hit for hit in hits if hit.path == ("info",))
    domain = next(hit for hit in hits if hit.path[0] == "Attribute")
    answers = sent | {f"text-{title.id}": "a town", f"hit-{domain.id}": "keep", "hit-unknown": "remove"}
    decisions = decisions_from(answers, hits)
    again = {hit.field: hit for hit in review_of(draft, hits, decisions)}
    assert (again[f"hit-{title.id}"].replacement, again[f"hit-{domain.id}"].chosen) == (
        "a town",
        HitAction.KEEP,
    )
    kept = apply(draft, hits, decisions)
    assert (kept["info"], [each["value"] for each in kept["Attribute"]]) == (
        "Attack on a town",
        ["vaxholm.example"],
    )
    with translation.override("sv"):
        page = render_to_string("anonymity/review.html", {"review": review_of({"info": "x"}, [])})
    assert "Hubben har inte hittat något som pekar ut er organisation." in page
