"""URLs of data protection."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.data_protection import (
    asking,
    breaches,
    controllers,
    documents,
    handling,
    own_tasks,
    processing,
    replying,
)

urlpatterns = [
    path("personal-data/request/", asking.ask, name="data_request_ask"),
    path("personal-data/follow/", asking.open_link, name="data_request_open"),
    path("personal-data/follow/request/", asking.follow, name="data_request_follow"),
    path("personal-data/follow/letter/", asking.letter, name="data_request_own_letter"),
    path("personal-data/follow/copy.pdf", asking.copy_pdf, name="data_request_own_copy"),
    path("personal-data/follow/copy.json", asking.copy_json, name="data_request_own_copy_json"),
    path("data-requests/", handling.index, name="data_requests"),
    path("data-requests/new/", handling.register, name="data_request_new"),
    path("data-requests/<int:pk>/", handling.view, name="data_request"),
    path("data-requests/<int:pk>/terms/", handling.terms, name="data_request_terms"),
    path("data-requests/<int:pk>/search/", handling.search, name="data_request_search"),
    path("data-requests/<int:pk>/step/", handling.step, name="data_request_step"),
    path("data-requests/<int:pk>/identity/", handling.identity, name="data_request_identity"),
    path("data-requests/<int:pk>/extend/", handling.extend, name="data_request_extend"),
    path("data-requests/<int:pk>/withdraw/", handling.withdraw, name="data_request_withdraw"),
    path("data-requests/<int:pk>/send/", handling.send, name="data_request_send"),
    path("data-requests/<int:pk>/reply/", replying.reply, name="data_request_reply"),
    path("data-requests/<int:pk>/reply/preview/", replying.preview, name="data_request_reply_preview"),
    path("data-requests/<int:pk>/copy/<str:form>/", documents.copy, name="data_request_copy"),
    path("data-requests/<int:pk>/letter/<str:number>/", documents.letter, name="data_request_letter"),
    path("data-requests/controllers/<int:pk>/", controllers.view, name="data_request_controller"),
    path("data-requests/controllers/<int:pk>/items/", controllers.answer, name="data_request_answer"),
    path("data-requests/controllers/<int:pk>/done/", controllers.finish, name="data_request_finish"),
    path("our-data-requests/", own_tasks.index, name="own_data_requests"),
    path("our-data-requests/<int:pk>/", own_tasks.view, name="own_data_request"),
    path("our-data-requests/<int:pk>/items/", own_tasks.answer, name="own_data_request_answer"),
    path("our-data-requests/<int:pk>/done/", own_tasks.finish, name="own_data_request_finish"),
    path("breaches/", breaches.index, name="breaches"),
    path("breaches/new/", breaches.add, name="breach_new"),
    path("breaches/<int:pk>/", breaches.view, name="breach"),
    path("breaches/<int:pk>/change/", breaches.change, name="breach_change"),
    path("breaches/<int:pk>/report/", breaches.report, name="breach_report"),
    path("breaches/<int:pk>/told/<slug:who>/", breaches.told, name="breach_told"),
    path("breaches/<int:pk>/close/", breaches.close, name="breach_close"),
    path("breaches/<int:pk>/reopen/", breaches.reopen, name="breach_reopen"),
    path("breaches/<int:pk>/pdf/", breaches.pdf, name="breach_pdf"),
    path("processing-record/", processing.view, name="processing_record"),
    path("processing-record/<slug:language>.pdf", processing.pdf, name="processing_record_pdf"),
]
