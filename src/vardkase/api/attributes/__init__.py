"""The endpoints of attributes."""
