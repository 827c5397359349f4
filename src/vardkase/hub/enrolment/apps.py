from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    name = "vardkase.hub.enrolment"
    label = "enrolment"
