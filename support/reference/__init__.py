"""The reference platform: the system the acceptance tests drive when no live target is named.

It implements the error_responses behaviour of the platform as real processes over real PostgreSQL and Redis, and is only
ever started as a process: ``python -m support.reference``. It is configured by ``PLATFORM_*`` environment variables
(see :mod:`support.reference.settings`) and imports nothing of the test side.
"""
