from django.apps import AppConfig


class PhasesConfig(AppConfig):
    name = "vardkase.hub.membership.phases"
    label = "phases"
