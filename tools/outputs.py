"""Readers see what is saved in the notebooks: every cell that shows something must have its output, and none an error."""
import ast, json, sys
from pathlib import Path

nbs = Path(__file__).parent.parent/'nbs'


def shows(source):
    "Does the last line of a cell have a value, or does the cell print?"
    body = ast.parse('\n'.join(line for line in source.splitlines() if not line.startswith('%'))).body
    last = body[-1] if body else None
    value = isinstance(last, ast.Expr) and not isinstance(last.value, ast.Call) and not source.rstrip().endswith(';')
    prints = [o for o in body if isinstance(o, ast.Expr) and getattr(getattr(o.value, 'func', None), 'id', '') == 'print']
    return value or bool(prints)


if __name__ == '__main__':
    wrong = []
    for file in sorted(nbs.rglob('*.ipynb')):
        for i,cell in enumerate(json.loads(file.read_text())['cells']):
            if cell['cell_type'] != 'code': continue
            source, outputs = ''.join(cell['source']), cell['outputs']
            if any(o['output_type'] == 'error' for o in outputs): wrong.append(f'{file.name}, cell {i}: an error is saved')
            if shows(source) and not outputs: wrong.append(f'{file.name}, cell {i}: no output\n{source}')
    print('\n'.join(wrong) or 'all there')
    sys.exit(bool(wrong))
