"""In which order scenarios run, and on which shard."""
