"""Push: a publisher wakes its subscribers, in about a second instead of at their next look. Extra ``push``.

What is pushed says nothing but that something changed. It is never believed: it only makes a subscriber look.
"""

from groundstop.directives.push.following import Pace, follow
from groundstop.directives.push.serving import Renewing, RepositoryServer, serve_repository

__all__ = ["Pace", "Renewing", "RepositoryServer", "follow", "serve_repository"]
