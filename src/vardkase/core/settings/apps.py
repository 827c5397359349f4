from django.apps import AppConfig


class SettingsConfig(AppConfig):
    name = "vardkase.core.settings"
    label = "settings"
