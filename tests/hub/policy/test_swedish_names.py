"""A policy in Swedish uses Swedish names of roles, categories and types, with MISP's names beside."""

from __future__ import annotations

from django.utils import translation

from vardkase.hub.policy.rules import stored_rules
from vardkase.hub.policy.sentences import sentence

TITLE = {"sv": "Regel", "en": "Rule"}
RULES = (
    {"kind": "who", "title": TITLE, "action": "publish", "roles": ["Publisher", "Our own"]},
    {"kind": "at_most", "title": TITLE, "categories": ["Internal reference"], "reach": "organisation"},
    {"kind": "personal_data", "title": TITLE, "types": ["identity-card-number"], "handling": "stays"},
)
NATIVE = (
    "Publicerare (Publisher)",
    "Intern referens (Internal reference)",
    "nummer på id-handling (identity-card",
)


def test_swedish_shows_both_names_and_english_one() -> None:
    rules = stored_rules(list(RULES))
    with translation.override("sv"):
        for rule, words in zip(rules, NATIVE, strict=True):
            assert words in sentence(rule, {})
        assert "Our own" in sentence(rules[0], {})
    with translation.override("en"):
        assert "Internal reference" in sentence(rules[1], {})
        assert "(Internal" not in sentence(rules[1], {})
