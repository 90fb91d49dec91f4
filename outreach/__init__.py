"""Outreach: a messaging bot and staff tools for community mental-health teams."""

__version__ = "0.1.0"
