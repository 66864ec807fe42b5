"""Telling the operator's own systems of orders that touch the models of this gateway: signed webhooks."""

from groundstop.gateway.notifying.notifier import Notifier
from groundstop.gateway.notifying.sending import DELIVERY, SIGNATURE, signature, signature_holds
from groundstop.gateway.notifying.touching import Touching, notices, touches

__all__ = [
    "DELIVERY",
    "SIGNATURE",
    "Notifier",
    "Touching",
    "notices",
    "signature",
    "signature_holds",
    "touches",
]
