"""The shelves: what services ask of the store, each a class that matches its protocol in `services.ports`."""
