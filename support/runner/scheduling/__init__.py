"""The order of scenarios, their shards and locks, and the pool that dispatches them to workers."""
