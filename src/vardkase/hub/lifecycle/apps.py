from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "vardkase.hub.lifecycle"
    label = "lifecycle"
