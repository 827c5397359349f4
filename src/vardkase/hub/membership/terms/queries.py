"""Queries for versions of the terms."""

from __future__ import annotations

from vardkase.core.errors import NotFound
from vardkase.hub.membership.terms.default_terms import delivered_terms
from vardkase.hub.membership.terms.models import Terms, TermsState
from vardkase.hub.membership.terms.problems import TermsProblem


def current_terms() -> Terms:
    """The version in force: the newest published one, or the packaged version 1."""
    newest = Terms.objects.filter(state=TermsState.PUBLISHED).order_by("-version").first()
    return newest or delivered_terms()


def terms_of(version: int) -> Terms:
    terms = Terms.objects.filter(version=version, state=TermsState.PUBLISHED).first()
    if terms is None and version == 1:  # not stored before it is replaced
        return delivered_terms()
    if terms is None:
        raise NotFound(TermsProblem.NO_SUCH_VERSION())
    return terms


def version_or_draft(version: int) -> Terms:
    terms = draft()
    return terms if terms is not None and terms.version == version else terms_of(version)


def published_terms() -> list[Terms]:
    stored = list(Terms.objects.filter(state=TermsState.PUBLISHED).order_by("-version"))
    return stored if any(terms.version == 1 for terms in stored) else [*stored, delivered_terms()]


def draft() -> Terms | None:
    return Terms.objects.filter(state=TermsState.DRAFT).first()
