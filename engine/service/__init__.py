"""Service: requests and queries, the only door for console, command line and API."""
