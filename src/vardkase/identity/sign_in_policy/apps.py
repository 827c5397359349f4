from django.apps import AppConfig


class EntranceConfig(AppConfig):
    name = "vardkase.identity.sign_in_policy"
    label = "entrance"
