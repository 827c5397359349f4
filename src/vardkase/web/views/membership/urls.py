"""URLs of memberships: for staff, members, and private links."""

from __future__ import annotations

from django.urls import path

from vardkase.web.views import conflicts_of_interest
from vardkase.web.views.membership import (
    checklist,
    communities,
    connections,
    documents,
    links,
    members,
    own,
    sign_in_minimum,
    statements,
)
from vardkase.web.views.policy import trainings

urlpatterns = [
    path("members/open/", members.open_one, name="member_open"),
    path("members/communities/", communities.index, name="member_communities"),
    path("members/communities/new/", communities.write, name="member_community_new"),
    path("members/communities/find/", communities.find, name="member_community_find"),
    path("members/communities/<int:pk>/", communities.write, name="member_community"),
    path("members/communities/new/preview/", communities.preview, name="member_community_new_preview"),
    path("members/communities/<int:pk>/preview/", communities.preview, name="member_community_preview"),
    path("members/sign-in-minimum/", sign_in_minimum.propose, name="sign_in_minimum"),
    path("members/<int:pk>/sign-in-minimum/", sign_in_minimum.propose, name="member_sign_in_minimum"),
    path("members/<int:pk>/", members.view, name="member"),
    path("members/<int:pk>/step/<slug:name>/", members.step, name="member_step"),
    path("members/<int:pk>/partial/", conflicts_of_interest.of_member, name="member_partial"),
    path("members/<int:pk>/change/", members.decide, name="member_change"),
    path("members/<int:pk>/checklist/<slug:name>/", checklist.item, name="member_item"),
    path("members/<int:pk>/checklist/<slug:name>/waive/", checklist.waive, name="member_item_waive"),
    path("members/<int:pk>/checklist/<slug:name>/reopen/", checklist.reopen, name="member_item_reopen"),
    path("members/<int:pk>/training/", trainings.of_member, name="member_training"),
    path(
        "members/<int:pk>/training/<int:training>/remove/",
        trainings.remove_of_member,
        name="member_training_remove",
    ),
    path("members/<int:pk>/test/", checklist.test, name="member_test"),
    path("members/<int:pk>/statement/", statements.review, name="member_statement"),
    path("membership/statement/", statements.write, name="membership_statement"),
    path("membership/statement/submit/", statements.submit, name="membership_statement_submit"),
    path("membership/statement/files/", statements.add_evidence, name="membership_evidence_add"),
    path("membership/evidence/<int:pk>/", statements.evidence, name="membership_evidence"),
    path(
        "membership/evidence/<int:pk>/remove/", statements.remove_evidence, name="membership_evidence_remove"
    ),
    path("membership/", own.view, name="membership"),
    path("membership/connections/", connections.index, name="membership_connections"),
    path(
        "membership/connections/<int:pk>/confirm/", connections.confirm, name="membership_connection_confirm"
    ),
    path("members/<int:pk>/letters/<str:number>/", documents.letter, name="member_letter"),
    path("membership/letters/<str:number>/", documents.own_letter, name="membership_letter"),
    path("membership/change/", own.change, name="membership_change"),
    path("membership/change/withdraw/", own.withdraw, name="membership_withdraw"),
    path("welcome/password/", links.open_password, name="welcome_password"),
    path("welcome/password/choose/", links.password, name="welcome_password_choose"),
    path("welcome/key/", links.open_key, name="welcome_key"),
    path("welcome/key/show/", links.key, name="welcome_key_show"),
]
