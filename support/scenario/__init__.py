"""One scenario: its world, hooks, memory, values, step input, cleanup and leak audit."""
