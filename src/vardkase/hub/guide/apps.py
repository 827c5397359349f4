from django.apps import AppConfig


class GuideConfig(AppConfig):
    name = "vardkase.hub.guide"
    label = "guide"
