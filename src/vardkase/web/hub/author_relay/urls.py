"""URLs of messages to authors. The recovery code is in the bodies of forms, never in an address."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.author_relay import asker, author
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("event/<reference:reference>/author/", asker.ask, name="event_author"),
    path("anonymous-publication/messages/", author.messages, name="anonymous_messages"),
    path("anonymous-publication/messages/answer/", author.answer, name="anonymous_message_answer"),
]
