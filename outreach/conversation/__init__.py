"""The conversation: from what somebody writes or taps to what we say. Sync; knows use cases and crafts, no store."""

from outreach.conversation.dialogue import Dialogue
from outreach.conversation.office import Office

__all__ = ["Dialogue", "Office"]
