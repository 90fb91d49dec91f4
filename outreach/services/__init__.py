"""Use cases: one plain sync function each. They fetch, call one method of the domain, save, hand the fact on."""
