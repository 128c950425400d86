"""How exact membench is on this machine."""
