from django.apps import AppConfig


class LimitsConfig(AppConfig):
    name = "vardkase.core.limits"
    label = "limits"
