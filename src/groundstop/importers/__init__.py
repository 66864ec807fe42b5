"""Other tools' result files, read into trials: what was asked, what was answered, and what the tool found.

A file is checked for its tool and version, bounded, cleaned of credentials, and each of its records is
imported or skipped for a stated reason. A field that the file lacks is not attested, never invented.
"""

from groundstop.importers.reading import ImportedConversation, ImportResult, read_results
from groundstop.importers.records import Tool, ViolatedWhen

__all__ = ["ImportResult", "ImportedConversation", "Tool", "ViolatedWhen", "read_results"]
