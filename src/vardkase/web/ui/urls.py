from __future__ import annotations

from django.urls import path

from vardkase.web.ui import style_guide

urlpatterns = [
    path("design/", style_guide.components, name="components"),
]
