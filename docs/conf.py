"""How the documentation site is built: `make docs`.

Sphinx reads the same Markdown that stands in the repository. Nothing of the built site comes from the network: its
fonts are the reader's own, its search is a file, and it can be read from a folder or a memory stick.
"""

import re
from importlib.metadata import version as version_of
from typing import Any

project = "placement_opt"
author = "The authors of placement_opt"
release = version_of("placement_opt")
version = release

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["site.css"]
default_role = "literal"
highlight_language = "default"  # the pages' indented blocks are Python, commands and tables: none is a fault
language = "en"

myst_heading_anchors = 4
suppress_warnings = ["myst.strikethrough"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True}
maximum_signature_line_length = 80
numpydoc_show_class_members = False  # autodoc lists them
numpydoc_xref_param_type = False
toc_object_entries_show_parents = "hide"
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = f"placement_opt {release}"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False

ARRAY = re.compile(r"~numpy\.ndarray\[tuple\[~typing\.Any, \.\.\.\], ~numpy\.dtype\[~numpy\.(\w+?)_?\]\]")


def shorten_arrays(*event: Any) -> tuple[str | None, str | None]:
    """Write an array as NumPy's users know it, instead of as what its alias stands for."""
    *_, signature, returned = event
    return tuple(ARRAY.sub(r"NDArray[\1]", text) if text else text for text in (signature, returned))


def setup(app: Any) -> None:
    """Register what this site adds to Sphinx."""
    app.connect("autodoc-process-signature", shorten_arrays)
