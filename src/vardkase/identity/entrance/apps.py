from django.apps import AppConfig


class EntranceConfig(AppConfig):
    name = "vardkase.identity.entrance"
    label = "entrance"
