from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    name = "vardkase.hub.correspondence"
    label = "correspondence"
