"""The web face: hooks, public pages, feeds and the web chat. FastAPI lives here and nowhere else."""
