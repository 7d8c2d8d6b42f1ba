"""What tests of printing share."""

from county_portal.printing.engine.known_versions import untried

collect_ignore = (
    ["test_optimisations.py"] if untried() else []
)  # of the shortcuts: none is taken then
