"""URLs of requests for public records: the officers' pages, and those of requesters and consulted members."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.public_records.cases import (
    answers,
    asking,
    assessment,
    case,
    consultations,
    consulted,
    coordination,
    following,
    index,
    material,
    own_consultations,
    statistics,
)

CASE = "public-records/cases/<str:number>/"
urlpatterns = [
    path("public-records/cases/", index.index, name="records_cases"),
    path("public-records/cases/new/", index.register, name="records_case_new"),
    path(CASE, case.view, name="records_case"),
    path(f"{CASE}requester/", case.requester, name="records_case_requester"),
    path(f"{CASE}assign/", case.assign, name="records_case_assign"),
    path(f"{CASE}step/<str:name>/", case.step, name="records_case_step"),
    path(f"{CASE}decision-wanted/", case.want_decision, name="records_case_decision_wanted"),
    path(f"{CASE}documents/<int:document>/", case.document, name="records_case_document"),
    path(f"{CASE}material/", material.search, name="records_material"),
    path(f"{CASE}material/<str:reference>/", material.version, name="records_material_version"),
    path(f"{CASE}remove/", material.remove, name="records_material_remove"),
    path(f"{CASE}items/<int:pk>/", material.item, name="records_item"),
    path(f"{CASE}items/<int:pk>/file/", material.item_file, name="records_item_file"),
    path(f"{CASE}consult/", consultations.consult, name="records_consult"),
    path(f"{CASE}consultations/<int:pk>/", consultations.view, name="records_consultation"),
    path(f"{CASE}consultations/<int:pk>/remind/", consultations.remind, name="records_consultation_remind"),
    path(f"{CASE}assess/", assessment.assess, name="records_assess"),
    path(f"{CASE}check/", answers.check, name="records_check"),
    path(f"{CASE}check/<str:form>/", answers.draft, name="records_check_copy"),
    path(f"{CASE}refer/", answers.refer, name="records_refer"),
    path(f"{CASE}answers/<int:pk>/served/", answers.served, name="records_served"),
    path("public-records/coordination/", coordination.index, name="records_coordinations"),
    path("public-records/coordination/<int:pk>/", coordination.view, name="records_coordination"),
    path("public-records/coordination/<int:pk>/join/", coordination.join, name="records_coordination_join"),
    path("public-records/statistics/", statistics.view, name="records_statistics"),
    path("public-records/statistics.csv", statistics.table, name="records_statistics_file"),
    path("public-records/ask/", asking.ask, name="records_ask"),
    path("public-records/follow/", following.open_link, name="records_follow"),
    path("public-records/follow/case/", following.follow, name="records_follow_case"),
    path(
        "public-records/follow/document/<int:document>/", following.document, name="records_follow_document"
    ),
    path("public-records/consultations/", own_consultations.index, name="own_consultations"),
    path(
        "public-records/consultations/<int:pk>/open/",
        own_consultations.open_own,
        name="own_consultation_open",
    ),
    path("public-records/consulted/", consulted.open_link, name="records_consulted"),
    path("public-records/consulted/material/", consulted.answer, name="records_consulted_answer"),
    path("public-records/consulted/file/<int:pk>/", consulted.item_file, name="records_consulted_file"),
]
