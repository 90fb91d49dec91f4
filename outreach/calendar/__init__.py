"""The calendar craft: an activity's state in, bytes out. Pure: no clock, no I/O; one state, the same bytes."""
