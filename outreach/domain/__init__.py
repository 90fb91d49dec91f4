"""The rules, and the values that everybody speaks in. Standard library only: no I/O, no clock, no log, no async."""
