from django.apps import AppConfig


class IntelConfig(AppConfig):
    name = "vardkase.intel"
    label = "intel"
