"""Is the output of each cell that shows something saved, and no error among them?"""
import ast, json, sys
from pathlib import Path

nbs = Path(__file__).parent.parent/'nbs'


def shows(source):
    "Does the last line of a cell have a value, or does the cell print?"
    lines = [line for line in source.splitlines() if not line.startswith('%')]
    body = ast.parse('\n'.join(lines)).body
    calls = [o.value for o in body
             if isinstance(o, ast.Expr) and isinstance(o.value, ast.Call)]
    if any(getattr(call.func, 'id', '') == 'print' for call in calls): return True
    if not body or not isinstance(body[-1], ast.Expr): return False
    return body[-1].value not in calls and not source.rstrip().endswith(';')


if __name__ == '__main__':
    wrong = []
    for file in sorted(nbs.rglob('*.ipynb')):
        for i,cell in enumerate(json.loads(file.read_text())['cells']):
            if cell['cell_type'] != 'code': continue
            source, outputs = ''.join(cell['source']), cell['outputs']
            place = f'{file.name}, cell {i}'
            if any(o['output_type'] == 'error' for o in outputs):
                wrong.append(f'{place}: an error is saved')
            if shows(source) and not outputs:
                wrong.append(f'{place}: no output\n{source}')
    print('\n'.join(wrong) or 'all there')
    sys.exit(bool(wrong))