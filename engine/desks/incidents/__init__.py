"""The incidents desk: routes service incidents to the group that resolves them."""
