"""From a bare Python 3.11 to an environment that can run everything. Only the standard library is imported here."""
