"""The reference platform: the system under test when no live target is given.

It implements the documented behaviour with real processes over PostgreSQL and Redis. Start it as a process with
``python -m support.reference``; it is configured by ``PLATFORM_*`` environment variables (see
:mod:`support.reference.settings`) and imports nothing of the test project.
"""
