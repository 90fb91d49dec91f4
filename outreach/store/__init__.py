"""What remembers: rows, shelves and units of work; SQL lives here and nowhere else."""

from outreach.store.database import Database
from outreach.store.exclusive import exclusive
from outreach.store.keys import KeyRing
from outreach.store.library import LibraryFiles, read_library, read_phrases
from outreach.store.transaction import Defaults

__all__ = ["Database", "Defaults", "KeyRing", "LibraryFiles", "exclusive", "read_library", "read_phrases"]
