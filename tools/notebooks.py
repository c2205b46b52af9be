"""Run notebooks top to bottom, each in a fresh kernel, and save their outputs: `make notebooks [NB=nbs/02_forward.ipynb]`.

A cell that raises stops it, and the notebook is left as it was. With `--print` what it prints is shown, and not saved."""
import sys, time
from pathlib import Path
import nbformat
from nbclient import NotebookClient

nbs = Path(__file__).parent.parent/'nbs'


def join_streams(cell):
    "Print statements that arrived in pieces become one output, as the reader of the page sees them"
    joined = []
    for o in cell.get('outputs', []):
        if joined and o.output_type == 'stream' == joined[-1].output_type and o.name == joined[-1].name:
            joined[-1].text += o.text
        else: joined.append(o)
    if cell.cell_type == 'code': cell.outputs = joined


if __name__ == '__main__':
    show = '--print' in sys.argv
    for file in map(Path, [a for a in sys.argv[1:] if a != '--print'] or sorted(nbs.rglob('*.ipynb'))):
        start, nb = time.perf_counter(), nbformat.read(file, as_version=4)
        NotebookClient(nb, timeout=600, kernel_name='python3', resources={'metadata': {'path': str(file.resolve().parent)}}).execute()
        for cell in nb.cells: join_streams(cell)
        if show: print(*[o.text for cell in nb.cells for o in cell.get('outputs', []) if 'text' in o], sep='\n')
        else: nbformat.write(nb, file)
        print(f'{file.name:<24}{time.perf_counter()-start:6.1f} s', flush=True)
