from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "vardkase.core.jobs"
    label = "jobs"
