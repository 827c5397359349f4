from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "vardkase.hub.membership.applications"
    label = "applications"
