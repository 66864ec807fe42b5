"""Acknowledgements: the gateway's signed word that every process of it decides by a table."""

from groundstop.gateway.acknowledging.keeping import FILE_NAME, Acknowledgements, read_acknowledgements
from groundstop.gateway.acknowledging.making import acknowledgement_of, is_due

__all__ = ["FILE_NAME", "Acknowledgements", "acknowledgement_of", "is_due", "read_acknowledgements"]
