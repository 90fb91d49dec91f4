"""The wing that speaks: the contract, the registry, and one package an adapter. Async lives here."""
