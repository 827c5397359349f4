from django.apps import AppConfig


class FormatsConfig(AppConfig):
    name = "vardkase.formats"
    label = "formats"
