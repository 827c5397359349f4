from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "vardkase.hub.membership.contacts"
    label = "contacts"
