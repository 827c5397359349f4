"""URLs of spills."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.spills import declaring, handling, views

urlpatterns = [
    path("spills/", views.index, name="spills"),
    path("spills/new/", declaring.any_event, name="spill_new"),
    path("spills/<int:pk>/", views.spill, name="spill"),
    path("spills/<int:pk>/status/", views.status, name="spill_status"),
    path("spills/<int:pk>/report.pdf", views.report_pdf, name="spill_report_pdf"),
    path("spills/<int:pk>/holders/<int:holder>/", handling.answer, name="spill_answer"),
    path("spills/<int:pk>/kind/", handling.kind, name="spill_kind"),
    path("spills/<int:pk>/reported/", handling.reported, name="spill_reported"),
    path("spills/<int:pk>/ground/", handling.ground, name="spill_ground"),
    path("spills/<int:pk>/release/", handling.release, name="spill_release"),
    path("spills/<int:pk>/delete/", handling.delete, name="spill_delete"),
    path("spills/<int:pk>/again/", handling.again, name="spill_again"),
    path("spills/<int:pk>/close/", handling.close, name="spill_close"),
    path("event/<int:reference>/spill/", declaring.event, name="event_spill"),
]
