"""What tests of printing share."""

from county_portal.core.press.tried import untried

collect_ignore = ["test_haste.py"] if untried() else []  # of the shortcuts: none is taken then
