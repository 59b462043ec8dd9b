"""Ask databases over the network, with care, and keep what they answer as it came."""
