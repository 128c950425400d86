"""What the kernel tells and takes: processes, control groups, trees, tracing, controls, scratch folders."""
