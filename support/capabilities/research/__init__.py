"""Research: resources of researchers, the workflow, and prices."""
