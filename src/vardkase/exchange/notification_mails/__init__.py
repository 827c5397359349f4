"""Notification mail: published events, proposals, and daily, weekly or monthly summaries."""
