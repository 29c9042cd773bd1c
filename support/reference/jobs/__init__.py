"""The task queue: jobs that users submit, their runs, records and counters."""
