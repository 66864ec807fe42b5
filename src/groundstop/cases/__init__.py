"""Cases: who said what when, clocks, severity, disclosure in tiers, advisories.

A case is a set of signed statements, each in its author's own sequence, and the logs of those who hold it.
Its state is a pure fold over them, so that whoever holds the same statements sees the same case.
"""
