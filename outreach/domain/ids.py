"""Identifiers, each a type of its own so that two kinds cannot be mixed up."""

from typing import NewType

ResidentId = NewType("ResidentId", int)
AddressId = NewType("AddressId", int)
RegionId = NewType("RegionId", int)
ActivityId = NewType("ActivityId", int)
SignUpId = NewType("SignUpId", int)
DeliveryId = NewType("DeliveryId", int)
ThreadId = NewType("ThreadId", int)
AlertId = NewType("AlertId", int)
InboxId = NewType("InboxId", int)
StaffId = NewType("StaffId", int)

LaneName = NewType("LaneName", str)
"""One channel account, as the settings name it: ``telegram``, ``wechat``, ``wechat_north``."""
