"""The orders desk: what goes wrong between an order and its customer, and how it is put right."""
