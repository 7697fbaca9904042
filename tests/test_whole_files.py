"""Files are whole or as they were, whatever goes wrong while they are written; and nothing is written another way."""

import ast
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import placement_opt as po
from placement_opt.files.geopackage import write_layer
from placement_opt.whole_files import DRAFTS, LEFT_BEHIND_S, turn_in, write_csv_files, written_beside
from tests.amounts import IS_NIGHT

ROOT = Path(po.__file__).parent

# -- one file ----------------------------------------------------------------------------------------------------------


def _write(path: Path, text: str = "new") -> None:
    with written_beside(path) as draft:
        draft.write_text(text)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_old_file_stands_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text("old")
    with written_beside(path) as draft:
        draft.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert _names(tmp_path) == ["run.json"]


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, MemoryError])
def test_a_fault_while_drafting_leaves_all_as_it_was(tmp_path: Path, fault: type[BaseException]) -> None:
    path = tmp_path / "run.json"
    path.write_text("old")

    def fail(draft: Path) -> None:
        draft.write_text("half")
        raise fault

    with pytest.raises(fault), written_beside(path) as draft:
        fail(draft)
    assert path.read_text() == "old"
    assert _names(tmp_path) == ["run.json"]


def test_a_file_that_only_its_owner_may_read_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text("old")
    path.chmod(0o600)
    _write(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    real, link = tmp_path / "shared" / "run.json", tmp_path / "run.json"
    link.symlink_to(real)
    _write(link)
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_the_draft_is_on_the_disk_before_it_takes_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.json"
    done: list[bool] = []
    put = os.fsync

    def noted(number: int) -> None:
        done.append(path.exists())
        put(number)

    monkeypatch.setattr(os, "fsync", noted)
    _write(path)
    assert done == [False, True]  # the draft before the move, the names in its folder after it


# -- faults, and what is said of them ----------------------------------------------------------------------------------


def _as_anybody(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program, as one who is not allowed everything where the tests may do all."""
    start = (
        "import os, sys\nfrom pathlib import Path\nfrom placement_opt.whole_files import written_beside\n"
        "if os.geteuid() == 0: os.setegid(65534); os.seteuid(65534)\n"
    )
    command = [sys.executable, "-c", f"{start}{code}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


WRITE = """
try:
    with written_beside(Path(sys.argv[1])) as draft:
        draft.write_text("new")
except OSError as error:
    sys.exit(f"{type(error).__name__}: {error.filename}: {error.strerror}")
"""


@pytest.fixture
def open_folder(tmp_path: Path) -> Iterator[Path]:
    """Give a folder that everybody can get to."""
    above = [path for path in tmp_path.parents if path != Path("/") and path.stat().st_uid == os.getuid()]
    modes = {path: path.stat().st_mode for path in above}
    for path, mode in modes.items():
        path.chmod(mode | 0o011)
    tmp_path.chmod(0o777)
    yield tmp_path
    tmp_path.chmod(0o700)
    for path, mode in modes.items():
        path.chmod(mode)


@pytest.mark.skipif(sys.platform == "win32", reason="folders of Windows have no such modes")
@pytest.mark.parametrize("closed", ["folder", "file"])
def test_what_may_not_be_written_is_said_and_stays(open_folder: Path, closed: str) -> None:
    path = open_folder / "run.json"
    path.write_text("old")
    path.chmod(0o444 if closed == "file" else 0o666)
    open_folder.chmod(0o777 if closed == "file" else 0o555)
    told = _as_anybody(WRITE, str(path)).stderr
    assert told.startswith(f"PermissionError: {path}: Writing here is not allowed. Close the file where it is open")
    assert path.read_text() == "old"
    assert _names(open_folder) == ["run.json"]


def _full(path: Path) -> None:
    with written_beside(path) as draft:
        draft.write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _into_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    _write(path)


def _without_folder(path: Path) -> None:
    _write(path.parent / "gone" / path.name)


def _folder_goes(path: Path) -> None:
    with written_beside(path.parent / "new" / path.name) as draft:
        draft.parent.rmdir()
        draft.parent.parent.rmdir()
        draft.write_text("half")


def _long_name(path: Path) -> None:
    _write(path.with_name("n" * 300))


def _through_file(path: Path) -> None:
    _write(path / "run.json")


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (_full, OSError, "The disk is full. Make room"),
        (_into_folder, IsADirectoryError, "It is a folder. Remove it"),
        (_without_folder, FileNotFoundError, "Its folder is not there"),
        (_folder_goes, FileNotFoundError, "Its folder is not there, or is no longer"),
        (_long_name, OSError, "The name is too long. Choose a shorter one"),
        (_through_file, NotADirectoryError, "A part of its path is a file"),
    ],
)
def test_each_fault_is_said_with_the_file_and_what_to_do(
    tmp_path: Path, fault: Callable[[Path], None], kind: type[OSError], words: str
) -> None:
    (tmp_path / "new").mkdir()
    path = tmp_path / "run.json"
    path.write_text("old")
    with pytest.raises(kind) as caught:
        fault(path)
    assert words in str(caught.value.strerror)
    assert DRAFTS not in str(caught.value)
    assert not list(tmp_path.rglob(f"{DRAFTS}*"))
    assert path.is_dir() or path.read_text() == "old"


def test_faults_about_other_files_are_passed_on_as_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught, written_beside(tmp_path / "report.html"):
        (tmp_path / "logo.svg").read_text()
    assert caught.value.filename == str(tmp_path / "logo.svg")
    assert caught.value.strerror == os.strerror(errno.ENOENT)


def _small_files_only() -> None:
    import resource  # noqa: PLC0415 - Windows has none

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, 4_096))


FULL = """
import json, sys
from io import StringIO
from placement_opt.cli import main
told = []
for command in sys.argv[1:]:
    sys.stderr = StringIO()
    told.append((main(command.split("|")), sys.stderr.getvalue()))
json.dump(told, sys.stdout)
"""


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the tables of a tiny problem and its run."""
    home = tmp_path_factory.mktemp("solved")
    problem = po.read_problem(po.write_problem(po.examples.tiny(), home / "tables"))
    po.solve(problem, po.crow_fly(problem)).with_record(origin={"input": "tables"}).save(home / "run.json")
    return home


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of this kind")
def test_a_disk_that_fills_up_ends_every_command_with_a_sentence(solved: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(solved, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    commands = [
        f"solve|{solved}/tables|--quiet|--out|{out}",
        f"report|{out}/run.json|--input|{solved}/tables|--out|{out}",
        f"tables|{solved}/run.json|--confidential|--out|{out}",
        f"template|{out}/blank.xlsx",
        f"init|{out}/project.toml",
    ]
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", FULL, *commands],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=_small_files_only,
    )
    for code, told in json.loads(run.stdout.splitlines()[-1]):
        assert code == 1
        assert told.startswith(f"{out}")
        assert "larger than it may be here" in told or "is the disk full?" in told
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert not list(tmp_path.rglob(f"{DRAFTS}*"))


BOOK = """
import errno, sys
from pathlib import Path
from openpyxl import Workbook
from placement_opt.files.books import write_book
book = Workbook()
for row in range(2_000):
    book.active.append([row * column * 7_919 % 10_007 for column in range(1, 9)])
try:
    write_book(book, Path(sys.argv[1]))
except OSError as error:
    print(errno.errorcode[error.errno])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of this kind")
def test_a_disk_that_fills_up_in_the_middle_of_a_workbook_is_told_once(tmp_path: Path) -> None:
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", BOOK, tmp_path / "book.xlsx"],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=_small_files_only,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert (run.stdout, run.stderr) == ("EFBIG\n", "")
    assert [path.name for path in tmp_path.iterdir()] == ["book.xlsx"]  # no sheet is left among temporary files


def test_what_a_layer_s_driver_says_is_said_as_of_any_file(tmp_path: Path) -> None:
    layer = gpd.GeoDataFrame({"a": [1]}, geometry=gpd.points_from_xy([0.0], [0.0]), crs="EPSG:27700")
    with pytest.raises(OSError, match="A layer cannot be written") as caught, written_beside(tmp_path / "x.gpkg"):
        write_layer(layer, tmp_path / "gone" / "x.gpkg")
    assert caught.value.errno == errno.EIO


# -- several files, several programs -----------------------------------------------------------------------------------


def test_tables_that_cannot_all_be_drafted_all_stay_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "b.csv").mkdir()
    (tmp_path / "a.csv").write_text("old")
    with pytest.raises(IsADirectoryError):
        write_csv_files(tmp_path, {"a.csv": pd.DataFrame({"x": [1]}), "b.csv": pd.DataFrame({"x": [2]})})
    assert (tmp_path / "a.csv").read_text() == "old"


def test_what_a_killed_program_left_behind_goes_after_a_day(tmp_path: Path) -> None:
    old, fresh = tmp_path / f"{DRAFTS}old", tmp_path / f"{DRAFTS}fresh"
    for drafts in (old, fresh):
        drafts.mkdir()
        (drafts / "run.json").write_text("half")
    before = time.time() - LEFT_BEHIND_S - 60
    os.utime(old, (before, before))
    _write(tmp_path / "run.json")
    assert _names(tmp_path) == [fresh.name, "run.json"]


def test_writers_at_once_leave_one_of_their_files_whole(tmp_path: Path) -> None:
    path, texts = tmp_path / "run.json", [str(number) * 200_000 for number in range(8)]
    threads = [threading.Thread(target=_write, args=(path, text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() in texts
    assert _names(tmp_path) == ["run.json"]


HOLD = """
import sys, time
from pathlib import Path
from placement_opt.whole_files import turn_in
with turn_in(Path(sys.argv[1]), print):
    print("mine", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="nobody waits on Windows")
def test_a_turn_is_waited_for_and_ends_with_its_program(tmp_path: Path) -> None:
    told: list[str] = []
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE) as holder:  # noqa: S603
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"mine\n"

        def tell(text: str) -> None:
            told.append(text)
            holder.kill()

        with turn_in(tmp_path, tell):
            assert holder.wait() == -signal.SIGKILL
    assert told == [f"Another program is writing to {tmp_path}; waiting until it is done."]


def test_a_disk_without_locks_is_written_to_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl  # noqa: PLC0415 - Windows has none

    def refuse(number: int, how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with turn_in(tmp_path / "new", print):
        assert (tmp_path / "new").is_dir()


# -- nothing is written another way ------------------------------------------------------------------------------------

WRITERS = {
    *("write_text", "write_bytes", "to_csv", "to_excel", "to_file", "to_parquet", "to_feather", "to_json", "to_pickle"),
    *("to_html", "save", "savez", "savez_compressed", "savetxt", "savefig", "write_dataframe", "tofile", "dump"),
    *("rename", "replace", "copyfile", "copy2", "move", "symlink_to", "touch", "unlink", "rmtree", "ftruncate"),
    *("mkstemp", "mkdtemp", "NamedTemporaryFile", "TemporaryFile", "TemporaryDirectory"),
    *("writeLP", "writeMPS", "writeModel"),
}
"""Calls that write files, move them or take them away."""

DRAFT_NAMES = {"draft", "bare"}
TAKE_DRAFTS = {
    "files/delimited.py:_write_csv": "writes to the draft that it is given",
    "files/books.py:write_book": "writes to the draft that it is given",
    "files/geopackage.py:write_layer": "writes to the draft that it is given",
    "scenarios/futures_journal.py:_write": "the journal is only ever added to, and read up to its last whole line",
    "whole_files.py:written_beside": "the one place where drafts are made and moved",
    "whole_files.py:_remove_left_behind": "takes away drafts that nobody is writing any more",
}
"""Functions that write otherwise, and why they may."""
NO_FILES = {
    ("save", "plan"), ("save", "routes"), ("save", "run"),  # our own, which write through `written_beside`
    ("dump", "_Pickler"), ("savefig", "figure"),  # to memory
}  # fmt: skip


def _functions(tree: ast.AST, name: str = "") -> Iterator[tuple[str, ast.Call]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call):
            yield name, node
        inner = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else name
        yield from _functions(node, inner)


def _root(node: ast.AST) -> str:
    """Return the name that an expression begins with: `plan` of `plan.with_record(...).save`."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_text_or_table(call: ast.Call, called: str, receiver: ast.AST | None) -> bool:
    """Say whether a call only looks like one that writes: a text's or frame's `replace`, a copy, a text as CSV."""
    if called == "rename" and (
        not isinstance(receiver, ast.Name) or (call.args and isinstance(call.args[0], ast.Constant))
    ):
        return True
    if called in {"replace", "rename"}:
        return len(call.args) != 1 or bool(call.keywords) or isinstance(call.args[0], ast.Dict)
    return called in {"to_csv", "to_html", "to_json"} and not call.args


def _opens_to_write(call: ast.Call) -> bool:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if called not in {"open", "ZipFile"}:
        return False
    given = [*call.args, *(word.value for word in call.keywords)]
    modes = [value.value for value in given if isinstance(value, ast.Constant)]
    return any(isinstance(mode, str) and set(mode) & set("wax+") and len(mode) <= 3 for mode in modes)


def _bypasses(text: str, file: str) -> list[str]:
    """Return the calls of a module that write without a draft."""
    found = []
    for function, call in _functions(ast.parse(text)):
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
        named = {_root(argument) for argument in call.args} | ({_root(receiver)} if receiver is not None else set())
        is_writer = (called in WRITERS and not _is_text_or_table(call, called, receiver)) or _opens_to_write(call)
        if not is_writer or named & DRAFT_NAMES or f"{file}:{function}" in TAKE_DRAFTS:
            continue
        if not any((called, name) in NO_FILES for name in named):
            found.append(f"{file}:{call.lineno} {function}: {ast.unparse(call)[:80]}")
    return found


def test_every_file_of_the_library_is_written_beside_its_place() -> None:
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        found += _bypasses(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    assert not found, "write with `whole_files.written_beside`:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "path.write_text('x')",
        "(out / 'x').write_bytes(b'x')",
        "frame.to_csv(out / 'x.csv', index=False)",
        "open(path, 'w')",
        "path.open(mode='ab')",
        "zipfile.ZipFile(path, 'w')",
        "book.save(path)",
        "os.replace(a, b) if False else a.replace(b)",
        "path.rename(other)",
        "np.savez_compressed(path, x=1)",
        "pyogrio.write_dataframe(frame, path)",
    ],
)
def test_a_writer_that_goes_another_way_is_found(line: str) -> None:
    assert _bypasses(f"def write(path, out, frame):\n    {line}\n", "report/new.py")


def test_every_exception_is_still_there() -> None:
    for place in TAKE_DRAFTS:
        file, function = place.split(":")
        assert f"def {function}(" in (ROOT / file).read_text(encoding="utf-8")


WATCHED = """
import os, sys
out = os.path.realpath(sys.argv[1])
direct = []

def watch(event, given):
    if event == "open" and isinstance(given[0], (str, bytes)) and isinstance(given[2], int):
        path = os.path.realpath(os.fsdecode(given[0]))
        if given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and path.startswith(out) and "/.writing-" not in path:
            direct.append(path)

sys.addaudithook(watch)
from placement_opt.cli import main
codes = [main(command.split("|")) for command in sys.argv[2:]]
sys.exit("; ".join(direct) or any(codes))
"""
"""Whoever opens a file to write it, by whatever way, is heard by the interpreter itself."""


def test_commands_open_no_file_of_their_folder_to_write_it(solved: Path, tmp_path: Path) -> None:
    run, out = solved / "run.json", tmp_path / "out"
    commands = [f"solve|{solved}/tables|--out|{out}", f"tables|{run}|--out|{out}", f"init|{out}/project.toml"]
    at_night = [
        f"report|{run}|--confidential|--out|{out}",
        f"worth|{run}|--out|{out}",
        f"what-if|{run}|--out|{out}",
        f"cure|{solved}/tables|--out|{out}",
        f"template|{out}/blank.xlsx",
    ]
    commands += at_night if IS_NIGHT else []
    watched = subprocess.run(  # noqa: S603
        [sys.executable, "-c", WATCHED, str(out), *commands], capture_output=True, text=True, check=False
    )
    assert watched.returncode == 0, watched.stderr
    assert len(_names(out)) > 10
