from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.members import documents, hearings, links, members, own, sign_in_minimum

urlpatterns = [
    path("members/open/", members.open_one, name="member_open"),
    path("members/sign-in-minimum/", sign_in_minimum.propose, name="sign_in_minimum"),
    path("members/<int:pk>/sign-in-minimum/", sign_in_minimum.propose, name="member_sign_in_minimum"),
    path("members/<int:pk>/", members.view, name="member"),
    path("members/<int:pk>/step/<slug:name>/", members.step, name="member_step"),
    path("members/<int:pk>/change/", members.decide, name="member_change"),
    path("members/<int:pk>/hear/", hearings.hear, name="member_hear"),
    path("members/<int:pk>/hearings/<int:hearing>/", hearings.record, name="member_hearing"),
    path("membership/hearings/<int:pk>/", hearings.own, name="membership_hearing"),
    path(
        "membership/hearings/<int:pk>/documents/<int:number>/",
        hearings.own_document,
        name="membership_hearing_document",
    ),
    path("membership/", own.view, name="membership"),
    path("members/<int:pk>/letters/<str:number>/", documents.letter, name="member_letter"),
    path("membership/letters/<str:number>/", documents.own_letter, name="membership_letter"),
    path("membership/letters/<str:number>/confirm/", documents.confirm, name="membership_letter_confirm"),
    path("membership/change/", own.change, name="membership_change"),
    path("membership/change/withdraw/", own.withdraw, name="membership_withdraw"),
    path("welcome/password/", links.open_password, name="welcome_password"),
    path("welcome/password/choose/", links.password, name="welcome_password_choose"),
    path("welcome/key/", links.open_key, name="welcome_key"),
    path("welcome/key/show/", links.key, name="welcome_key_show"),
]
