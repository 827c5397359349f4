"""URLs of what one follows."""

from __future__ import annotations

from django.urls import path

from vardkase.web.exchange.subscriptions import views

urlpatterns = [
    path("subscriptions/", views.index, name="subscriptions"),
    path("subscriptions/follow/", views.create, name="subscription_create"),
    path("subscriptions/<slug:kind>/<int:thing>/toggle/", views.toggle, name="subscription_toggle"),
    path("subscriptions/<int:pk>/", views.edit, name="subscription_edit"),
    path("subscriptions/<int:pk>/unfollow/", views.unfollow_one, name="subscription_delete"),
]
