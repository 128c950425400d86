"""`python -m membench` is the same program as `membench`."""

from membench.harness.commands.entry import run_and_exit

if __name__ == "__main__":
    run_and_exit()
