"""Enrolment of a member's own platform: codes on the hub, joining on the platform."""
