from django.apps import AppConfig


class ContentAccessConfig(AppConfig):
    name = "vardkase.hub.content_access"
    label = "content_access"
