"""Lines of code over 88 characters, and in notebooks cells of code over 25 lines."""
import json, sys
from pathlib import Path

root = Path(__file__).parent.parent
scripts = [*root.glob('tools/**/*.py'), root/'setup.py']
notebooks = [path for path in root.glob('nbs/**/*.ipynb')
             if '.ipynb_checkpoints' not in path.parts]
found = 0
for path in sorted([*notebooks, *scripts]):
    sources = [path.read_text().split('\n')]
    if path in notebooks:
        sources = [''.join(cell['source']).split('\n')
                   for cell in json.loads(path.read_text())['cells']
                   if cell['cell_type'] == 'code']
    wide = [line for lines in sources for line in lines
            if len(line) > 88 and not line.startswith('#| ')]
    long = [lines for lines in sources if len(lines) > 25 and path in notebooks]
    found += len(wide) + len(long)
    if wide or long:
        print(f'{path}: {len(wide)} lines over 88, {len(long)} cells over 25')
    for line in wide: print('   ', line.strip())
    for lines in long: print(f'    {len(lines)} lines:', *lines[:2])
sys.exit(found > 0)
