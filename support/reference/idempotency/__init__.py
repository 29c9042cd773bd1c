"""Idempotency keys: a request that is sent twice creates one resource."""
