"""Prints invoices: `python -m shop.invoices 5000`."""

import sys


def main(count: int) -> None:
    """Print so many."""
    for number in range(count):
        sys.stdout.write(f"Invoice {number}: 9.95\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
