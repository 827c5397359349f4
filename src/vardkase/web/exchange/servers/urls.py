"""URLs of connections to other hubs."""

from __future__ import annotations

from django.urls import path

from vardkase.web.exchange.servers import dry_runs, event_block_rule, previews, views
from vardkase.web.exchange.servers import edit_views as forms
from vardkase.web.exchange.servers import overlap as knowledge

urlpatterns = [
    path("connections/", views.index, name="servers"),
    path("connections/new/", forms.create, name="server_create"),
    path("connections/new/paste/", forms.take_over, name="server_import"),
    path("connections/new/choices/", forms.find, name="new_server_choices"),
    path("connections/overlap/", knowledge.overlap, name="server_overlap"),
    path("connections/numbers/", knowledge.numbers, name="event_numbers"),
    path("connections/kept-out/", event_block_rule.edit, name="event_block_rule"),
    path("connections/kept-out/choices/", event_block_rule.find, name="event_block_choices"),
    path("connections/<int:pk>/hashes/", knowledge.cache, name="server_cache"),
    path("connections/<int:pk>/", views.view, name="server"),
    path("connections/<int:pk>/edit/", forms.edit, name="server_edit"),
    path("connections/<int:pk>/choices/", forms.find, name="server_choices"),
    path("connections/<int:pk>/delete/", forms.delete, name="server_delete"),
    path("connections/<int:pk>/key/", forms.new_key, name="server_key"),
    path("connections/<int:pk>/earlier/", forms.move, {"way": "earlier"}, name="server_earlier"),
    path("connections/<int:pk>/later/", forms.move, {"way": "later"}, name="server_later"),
    path("connections/<int:pk>/test/", views.test, name="server_test"),
    path("connections/<int:pk>/trust/", views.trust, name="server_trust"),
    path("connections/<int:pk>/fetch/", views.pull, name="server_pull"),
    path("connections/<int:pk>/confirm/", views.propose_confirmation, name="server_confirm"),
    path("connections/<int:pk>/send/", views.push, name="server_push"),
    path("connections/<int:pk>/let-be/<uuid:uuid>/", views.dismiss, name="server_dismiss"),
    path("connections/<int:pk>/there/", previews.index, name="server_there"),
    path("connections/<int:pk>/there/<reference:reference>/", previews.event, name="server_there_event"),
    path("connections/<int:pk>/would-<slug:way>/", dry_runs.show, name="server_plan"),
    path("connections/runs/<int:pk>/", views.run, name="sync_run"),
    path("connections/runs/<int:pk>/cancel/", views.cancel, name="sync_run_cancel"),
]
