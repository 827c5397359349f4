"""URLs of all pages, one include per package."""

from __future__ import annotations

from django.urls import include, path

from vardkase.web.views import design, home, preferences

urlpatterns = [
    path("", home.home, name="home"),
    path("", include("vardkase.web.views.public.urls")),
    path("", include("vardkase.web.views.applicant.urls")),
    path("", include("vardkase.web.views.admission.urls")),
    path("", include("vardkase.web.views.support.urls")),
    path("", include("vardkase.web.views.security.urls")),
    path("", include("vardkase.web.views.overview.urls")),
    path("", include("vardkase.web.views.content_access.urls")),
    path("", include("vardkase.web.views.approval_requests.urls")),
    path("", include("vardkase.web.views.membership.urls")),
    path("", include("vardkase.web.views.contacts.urls")),
    path("", include("vardkase.web.views.groups.urls")),
    path("", include("vardkase.web.views.enrolment.urls")),
    path("", include("vardkase.web.views.guide.urls")),
    path("", include("vardkase.web.views.applications.urls")),
    path("", include("vardkase.web.views.terms.urls")),
    path("", include("vardkase.web.views.correspondence.urls")),
    path("preferences/theme/", preferences.set_theme, name="set_theme"),
    path("preferences/language/", preferences.set_language, name="set_language"),
    path("design/", design.components, name="components"),
    path("account/", include("vardkase.web.views.account.urls")),
    path("account-link/", include("vardkase.web.views.account.link_urls")),
    path("account/organisation/", include("vardkase.web.views.provider_sign_in.urls")),
    path("account/", include("allauth.account.urls")),
    path("administration/", include("vardkase.web.views.administration.urls")),
    path("policy/", include("vardkase.web.views.policy.urls")),
    path("", include("vardkase.web.views.libraries.urls")),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("", include("vardkase.web.views.events.urls")),
    path("", include("vardkase.web.views.editing.urls")),
    path("", include("vardkase.web.views.search.urls")),
    path("", include("vardkase.web.views.values.urls")),
]
