"""The subscriber: verifies what repositories say, keeps all of it, and holds the table to decide by.

TUF is the truth: a push only wakes it. Nothing lapses into "allowed": whatever goes wrong, the last denials
stay.
"""

from groundstop.directives.subscribing.obeys import Obeys, Repository, read_obeys
from groundstop.directives.subscribing.overriding import Overrides, operator_cards, read_overrides
from groundstop.directives.subscribing.problems import Problem, ProblemKind, RefreshError
from groundstop.directives.subscribing.standing import (
    Active,
    AuthorityStanding,
    Refreshed,
    RepositoryStanding,
    Silence,
    SubjectStanding,
    SubscriberStatus,
)
from groundstop.directives.subscribing.stopping import StopFile, operator_stops, read_stop_file, stop_file
from groundstop.directives.subscribing.subscriber import Subscriber

__all__ = [
    "Active",
    "AuthorityStanding",
    "Obeys",
    "Overrides",
    "Problem",
    "ProblemKind",
    "RefreshError",
    "Refreshed",
    "Repository",
    "RepositoryStanding",
    "Silence",
    "StopFile",
    "SubjectStanding",
    "Subscriber",
    "SubscriberStatus",
    "operator_cards",
    "operator_stops",
    "read_obeys",
    "read_overrides",
    "read_stop_file",
    "stop_file",
]
