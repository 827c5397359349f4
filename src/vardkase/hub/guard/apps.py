from django.apps import AppConfig


class GuardConfig(AppConfig):
    name = "vardkase.hub.guard"
    label = "guard"
