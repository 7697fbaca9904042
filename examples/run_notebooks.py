"""Run the notebooks of this folder from top to bottom, and keep what they show.

    python examples/run_notebooks.py [NAME ...]

A notebook is its own source: edit it in Jupyter, then run this, so that what is committed is what the cells gave,
without counts of runs and settings of one machine. Needs the dependency group `notebooks`.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

HERE = Path(__file__).parent
MOST_SECONDS = 600
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebooks() -> list[str]:
    """Return the names of the notebooks."""
    return sorted(path.stem for path in HERE.glob("*.ipynb"))


def read(name: str) -> nbformat.NotebookNode:
    """Read a notebook by its name."""
    return nbformat.read(HERE / f"{name}.ipynb", as_version=4)


def execute(
    name: str, sizes: Mapping[str, str] | None = None, *, kernel: KernelManager | None = None
) -> nbformat.NotebookNode:
    """Return a notebook as its cells make it now; any error of a cell is raised.

    Parameters
    ----------
    name
        Of the notebook.
    sizes
        Other values for names that a cell sets at the start of a line: as Python, by name. None = as written.
    kernel
        Where it runs; it is emptied first and left open. None = a new one.
    """
    notebook = read(name)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = "\n".join(_line(line, sizes or {}) for line in cell.source.splitlines())
    notebook.cells.insert(0, nbformat.v4.new_code_cell("%reset -f"))
    client = NotebookClient(notebook, timeout=MOST_SECONDS, kernel_name="python3", km=kernel)
    try:
        client.execute()
    finally:
        if client.kc is not None:  # of a kernel that is left open
            client.kc.stop_channels()
    del notebook.cells[0]
    return cleaned(notebook)


def _line(line: str, sizes: Mapping[str, str]) -> str:
    name, assigned, _ = line.partition(" = ")
    return f"{name} = {sizes[name]}" if assigned and name in sizes else line


def cleaned(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a notebook without what differs from run to run, whatever it shows."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [output for output in cell.outputs if not _is_empty(output)]
            for output in cell.outputs:
                output.pop("transient", None)
                if "execution_count" in output:
                    output.execution_count = None
    return notebook


def _is_empty(output: nbformat.NotebookNode) -> bool:
    """Return whether an output is a line of progress that was cleared."""
    return output.get("data") == {"text/plain": ""}


if __name__ == "__main__":
    for chosen in sys.argv[1:] or notebooks():
        nbformat.write(execute(chosen), HERE / f"{chosen}.ipynb")
        sys.stderr.write(f"{chosen}\n")
