"""The public site: what citizens read. Knows the public file and nothing else."""
