from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.communities import views

urlpatterns = [
    path("members/communities/", views.index, name="member_communities"),
    path("members/communities/new/", views.write, name="member_community_new"),
    path("members/communities/find/", views.find, name="member_community_find"),
    path("members/communities/<int:pk>/", views.write, name="member_community"),
    path("members/communities/new/preview/", views.preview, name="member_community_new_preview"),
    path("members/communities/<int:pk>/preview/", views.preview, name="member_community_preview"),
]
