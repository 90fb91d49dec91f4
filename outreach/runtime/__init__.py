"""The event loop and the clock live here: the bridge, the hub (inbound), the senders (outbound), the ticks."""
