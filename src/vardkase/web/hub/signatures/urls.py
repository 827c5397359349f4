"""URLs of the hub's electronic signatures."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.signatures import views

urlpatterns = [
    path("signatures/", views.index, name="signatures"),
    path("signatures/new/", views.add, name="signing_certificate_add"),
    path("signatures/trial/", views.trial, name="signing_certificate_trial"),
    path("signatures/stop/", views.stop, name="signing_stop"),
    path("signatures/<int:pk>/certificate.pem", views.certificate, name="signing_certificate_pem"),
]
