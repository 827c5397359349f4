"""URLs of the web pages. The API has its own dispatch (`vardkase.api.dispatch`) and does not use them.

The pages about the API are given its description here: the two interfaces do not import each other.
"""

from __future__ import annotations

from django.urls import include, path, re_path

from vardkase.api import registry
from vardkase.api.openapi.document import document
from vardkase.web.api_docs import urls as api_docs
from vardkase.web.ui import misp_redirects

urlpatterns = [
    *api_docs.urls(document),
    path("", include("vardkase.web.urls")),
    re_path(r"^(?:admin/)?(?P<controller>\w+)(?:/.*)?$", misp_redirects.elsewhere(registry.controllers())),
]

handler404 = "vardkase.web.ui.middleware.not_found"
handler500 = "vardkase.web.ui.outages.failed"
