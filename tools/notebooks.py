"""Run notebooks and save their outputs: `make notebooks [NB=nbs/02_forward.ipynb]`.

Each runs top to bottom, in a fresh kernel. A cell that raises stops it, and the
notebook is left as it was. With `--print` what it prints is shown, and not saved."""
import sys, time
from pathlib import Path
import nbformat
from nbclient import NotebookClient

nbs = Path(__file__).parent.parent/'nbs'


def join_streams(cell):
    "What was printed in pieces becomes one output, as the reader of the page sees it"
    joined = []
    for o in cell.get('outputs', []):
        last = joined[-1] if joined else {}
        if o.output_type == 'stream' and o.get('name') == last.get('name'):
            last.text += o.text
        else: joined.append(o)
    if cell.cell_type == 'code': cell.outputs = joined


if __name__ == '__main__':
    show = '--print' in sys.argv
    names = [a for a in sys.argv[1:] if a != '--print']
    for file in map(Path, names or sorted(nbs.rglob('*.ipynb'))):
        start, nb = time.perf_counter(), nbformat.read(file, as_version=4)
        place = {'metadata': {'path': str(file.resolve().parent)}}
        client = NotebookClient(nb, timeout=600, kernel_name='python3', resources=place)
        client.execute()
        for cell in nb.cells: join_streams(cell)
        outputs = [o for cell in nb.cells for o in cell.get('outputs', [])]
        if show: print(*[o.text for o in outputs if 'text' in o], sep='\n')
        else: nbformat.write(nb, file)
        print(f'{file.name:<24}{time.perf_counter()-start:6.1f} s', flush=True)
