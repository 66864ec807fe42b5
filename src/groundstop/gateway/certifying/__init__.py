"""Enforcement certificates: a fleet, its gateways' words and probes joined; signed, and checked offline."""

from groundstop.gateway.certifying.auditing import audit_certificate, is_certificate
from groundstop.gateway.certifying.files import (
    certificate_file,
    read_order,
    sign_certificate,
    sign_fleet,
    stated,
)
from groundstop.gateway.certifying.joining import OrderCertified, Stated, certify

__all__ = [
    "OrderCertified",
    "Stated",
    "audit_certificate",
    "certificate_file",
    "certify",
    "is_certificate",
    "read_order",
    "sign_certificate",
    "sign_fleet",
    "stated",
]
