"""The HTTP API: intake, reading and decisions for programs, under the same rules as the console."""
