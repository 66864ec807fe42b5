"""The publisher: a repository of plain static files that any TUF client verifies.

Root keys offline let authorities in; each authority signs what it says with its own keys; the online key says
how fresh it is, and nothing else.
"""

from groundstop.directives.repository.changes import Need, Outcome
from groundstop.directives.repository.chartering import add_charter, replace_charter
from groundstop.directives.repository.keeping import Renewed, create, refresh, rotate_keys
from groundstop.directives.repository.layout import LIVES, Lives, Places, SetPath
from groundstop.directives.repository.published import orders_of
from groundstop.directives.repository.publishing import publish
from groundstop.directives.repository.settling import sign_staged, withdraw_staged
from groundstop.directives.repository.status import (
    AuthorityStatus,
    RepositoryStatus,
    RoleStatus,
    StagedStatus,
    status,
)

__all__ = [
    "LIVES",
    "AuthorityStatus",
    "Lives",
    "Need",
    "Outcome",
    "Places",
    "Renewed",
    "RepositoryStatus",
    "RoleStatus",
    "SetPath",
    "StagedStatus",
    "add_charter",
    "create",
    "orders_of",
    "publish",
    "refresh",
    "replace_charter",
    "rotate_keys",
    "sign_staged",
    "status",
    "withdraw_staged",
]
