"""Lines of code over 88 characters and cells of code over 25 lines, in all notebooks."""
import json, sys
from pathlib import Path

found = 0
for path in sorted(Path(__file__).parent.parent.glob('nbs/**/*.ipynb')):
    if '.ipynb_checkpoints' in path.parts: continue
    cells = [c for c in json.loads(path.read_text())['cells'] if c['cell_type'] == 'code']
    sources = [''.join(c['source']).split('\n') for c in cells]
    wide = [line for lines in sources for line in lines
            if len(line) > 88 and not line.startswith('#| ')]
    long = [lines for lines in sources if len(lines) > 25]
    found += len(wide) + len(long)
    if wide or long: print(f'{path}: {len(wide)} lines over 88, {len(long)} cells over 25')
    for line in wide: print('   ', line.strip())
    for lines in long: print(f'    {len(lines)} lines:', *lines[:2])
sys.exit(found > 0)
