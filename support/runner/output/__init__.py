"""What the runner writes: behave's formatters, summary, manifest, coverage, JUnit."""
