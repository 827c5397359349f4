"""Public documents: the general terms, who sees what, the privacy notice and the accessibility statement."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language, gettext

from vardkase.core.errors import NotFound
from vardkase.hub.correspondence.letters.wording import owner_name
from vardkase.hub.membership.terms import queries as terms
from vardkase.hub.membership.terms.models import Terms
from vardkase.hub.membership.terms.terms_pdf import terms_pdf
from vardkase.hub.public_pages import queries
from vardkase.hub.public_pages.passages import PassagePart
from vardkase.hub.public_pages.who_sees import who_sees
from vardkase.web.hub.public_pages.front import url_if_any, words_at_the_foot
from vardkase.web.ui.files import download
from vardkase.web.ui.markdown import rendered_by_owner
from vardkase.web.ui.pages import public_page

LANGUAGES = ("sv", "en")


@public_page
def general_terms(request: HttpRequest, version: int | None = None) -> HttpResponse:
    shown = _terms(version)
    context = {
        "terms": shown,
        "html": rendered_by_owner(shown.text(get_language() or "sv")),
        "applies": shown.version == terms.current_terms().version,
        "versions": terms.published_terms(),
        **words_at_the_foot(),
    }
    return render(request, "public_pages/terms.html", context)


@public_page
def general_terms_pdf(request: HttpRequest, version: int, language: str) -> HttpResponseBase:
    if language not in LANGUAGES:
        raise Http404
    content = terms_pdf(_terms(version), language)
    return download([content], f"terms-{version}-{language}.pdf", "application/pdf")


@public_page
def who_sees_what(request: HttpRequest) -> HttpResponse:
    html = rendered_by_owner(who_sees(get_language() or "sv"))
    return render(request, "public_pages/who_sees.html", {"html": html, **words_at_the_foot()})


@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    intro = gettext(
        "This is for people who are named in an application, contact support, request public records, request or have "
        "an account, or exercise their rights. %(owner)s runs the service."
    )
    return _statement(request, PassagePart.PRIVACY, gettext("How we handle personal data"), intro)


@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    intro = gettext(
        "%(owner)s is responsible for this service. Everyone should be able to use it. Here you can read how it "
        "complies with the Swedish Act on Accessibility of Digital Public Services (2018:1937), and how to "
        "report problems."
    )
    return _statement(request, PassagePart.ACCESSIBILITY, gettext("Accessibility statement"), intro)


def _statement(request: HttpRequest, part: PassagePart, heading: str, intro: str) -> HttpResponse:
    language = get_language() or "sv"
    owner = owner_name()
    context = {
        "heading": heading,
        "intro": intro % {"owner": owner},
        "sections": [
            {
                "title": words.title,
                "html": rendered_by_owner(words.text),
                "is_contact": passage.name == "report",
            }
            for passage in queries.shown(part)
            for words in [queries.read_by_visitors(passage, language)]
        ],
        "owner": owner,
        "request_url": url_if_any("data_request_ask") if part is PassagePart.PRIVACY else "",
    }
    return render(request, "public_pages/statement.html", {**context, **words_at_the_foot()})


def _terms(version: int | None) -> Terms:
    try:
        return terms.terms_of(version) if version else terms.current_terms()
    except NotFound as error:
        raise Http404 from error
