from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "vardkase.hub.membership.assessments"
    label = "assessments"
