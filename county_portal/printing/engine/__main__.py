"""Started by its path, so that nothing else of ours is loaded, not even by accident."""

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

here = Path(__file__).parent
spec = spec_from_file_location(
    here.name, here / "__init__.py", submodule_search_locations=[str(here)]
)
if spec and spec.loader:
    sys.modules[here.name] = package = module_from_spec(spec)
    spec.loader.exec_module(package)
    import_module(f"{here.name}.serving").main()
