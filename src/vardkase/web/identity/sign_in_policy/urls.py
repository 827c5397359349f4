from __future__ import annotations

from django.urls import path

from vardkase.web.identity.sign_in_policy import overview, registration, requirements

urlpatterns = [
    path("security/", overview.own, name="own_security"),
    path("security/organisations/", overview.index, name="security_organisations"),
    path("security/<int:pk>/", overview.view, name="security"),
    path("security/<int:pk>/modes/", overview.set_modes, name="security_modes"),
    path("security/<int:pk>/networks/", registration.networks, name="security_networks"),
    path("security/<int:pk>/certificates/new/", registration.add_certificate, name="security_certificate"),
    path(
        "security/<int:pk>/certificates/<int:certificate>/remove/",
        registration.remove_certificate,
        name="security_certificate_remove",
    ),
    path("security/<int:pk>/domains/new/", registration.add_domain, name="security_domain"),
    path(
        "security/<int:pk>/domains/<int:domain>/check/",
        registration.check_domain,
        name="security_domain_check",
    ),
    path(
        "security/<int:pk>/domains/<int:domain>/remove/",
        registration.remove_domain,
        name="security_domain_remove",
    ),
    path("security/<int:pk>/requirements/", requirements.edit, name="security_requirements"),
    path("security/<int:pk>/requirements/submit/", requirements.submit, name="security_requirements_submit"),
    path(
        "security/<int:pk>/requirements/approve/", requirements.approve, name="security_requirements_approve"
    ),
    path(
        "security/<int:pk>/requirements/return/", requirements.send_back, name="security_requirements_return"
    ),
    path("entrance/domain/", registration.open_domain_link, name="domain_confirm"),
    path("entrance/domain/confirm/", registration.confirm_domain, name="domain_confirm_answer"),
]
