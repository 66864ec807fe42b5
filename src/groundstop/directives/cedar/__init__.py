"""The same orders as Cedar policies, for export and analysis, and for checking the table against them.

Needs the extra ``cedar`` for all but the text.
"""

from groundstop.directives.cedar.asking import CedarDecision, CedarOrders, check_policies
from groundstop.directives.cedar.schema import cedar_schema
from groundstop.directives.cedar.writing import PolicyName, cedar_policies

__all__ = [
    "CedarDecision",
    "CedarOrders",
    "PolicyName",
    "cedar_policies",
    "cedar_schema",
    "check_policies",
]
