"""Receipts on disk: what was decided, line by line, before it goes on; checked, checkpointed and exported."""

from groundstop.gateway.receipts.chain import RECEIPTS, Chain, Head, claim_chain
from groundstop.gateway.receipts.checkpoints import Checkpoints
from groundstop.gateway.receipts.reading import Line, chains_in, read_chain, read_receipts
from groundstop.gateway.receipts.recorder import Receipts
from groundstop.gateway.receipts.salting import SALT_FILE, Principals, read_salt
from groundstop.gateway.receipts.verifying import verify

__all__ = [
    "RECEIPTS",
    "SALT_FILE",
    "Chain",
    "Checkpoints",
    "Head",
    "Line",
    "Principals",
    "Receipts",
    "chains_in",
    "claim_chain",
    "read_chain",
    "read_receipts",
    "read_salt",
    "verify",
]
