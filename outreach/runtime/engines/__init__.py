"""What wakes senders and ticks: one process by itself, or many on one PostgreSQL. Nothing else knows which runs."""
