"""Features and step texts: parsing, formatting, linting, parameter types, tags, personas, behaviours."""
