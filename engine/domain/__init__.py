"""Domain: the words of the product as frozen values. Imports only errors."""
