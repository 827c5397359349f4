"""Template tags of the security pages: status marks and labels. `{% load security_labels %}`."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from vardkase.identity.organisations.models import Organisation
from vardkase.identity.sign_in_policy.rules import kept_mode
from vardkase.web.identity.sign_in_policy.labels import ANSWERS, MODES, REQUIREMENT_STATES
from vardkase.web.ui import chips

register = template.Library()


@register.filter
def mode_words(mode: str) -> str:
    return str(MODES.get(mode, mode))


@register.filter
def kept(organisation: Organisation, rule: str) -> str:
    """How strictly the organisation's rule is kept, by its own choice and what the hub owner requires."""
    return kept_mode(organisation, rule)


@register.simple_tag
def requirement_mark(state: str | None) -> SafeString:
    return (
        chips.pill(*map(str, REQUIREMENT_STATES[state])) if state in REQUIREMENT_STATES else SafeString("–")
    )


@register.simple_tag
def answer_mark(kind: str) -> SafeString:
    return chips.pill(*map(str, ANSWERS[kind])) if kind in ANSWERS else SafeString("–")
