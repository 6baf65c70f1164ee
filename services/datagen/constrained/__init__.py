"""What constraints leave of a draw: bounds and lists, and the kinds that draw within them."""
