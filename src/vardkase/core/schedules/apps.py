from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "vardkase.core.schedules"
    label = "schedules"
