from django.apps import AppConfig


class UserSettingsConfig(AppConfig):
    name = "vardkase.identity.user_settings"
    label = "user_settings"
