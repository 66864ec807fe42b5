"""The gateway: decides each request on its way to a model, answers for it, and proves what it enforces.

News of orders comes in at one end, requests at the other. Between them stands a pure decision; everything
that waits for anything is around it.
"""
