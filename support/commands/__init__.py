"""What `acceptance` can do, a module for each command; `support.cli` finds them."""
