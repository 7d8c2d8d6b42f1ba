"""The figures of a period: what is counted, from which records, in which words."""
