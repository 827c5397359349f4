from django.apps import AppConfig


class WarninglistsConfig(AppConfig):
    name = "vardkase.knowledge.warninglists"
    label = "warninglists"
