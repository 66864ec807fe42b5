"""Directives: authored, previewed, signed, published, obeyed, decided by, and lifted on proof.

A directive is data of a closed type. What stands is a pure fold over signed documents; a request is decided
by a pure function on a table that is compiled from what stands.
"""
