"""Things to test with, made on the fly."""
