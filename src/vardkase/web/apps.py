from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "vardkase.web"
    label = "web"
