"""Render the site in docs/, and README.md, from the notebooks: `make docs`.

`make readme` makes the README alone. nbdev prepares the notebooks in _proc/, smalldocs,
which reads what Quarto reads, makes the pages, and pages.py finishes them."""
import base64, json, re, shutil, subprocess, sys
from pathlib import Path
from nbdev.config import get_config
from pages import finish
from reference import as_entry, split

root = Path(__file__).parent.parent.parent
proc, docs = root/'_proc', root/'docs'
prefix = re.compile(r'^\d\d[a-z]?\d?_')  # what orders the notebooks
# a link from one notebook to another
link = re.compile(r'\]\((?:\d\d[a-z]?\d?_)?(\w+)\.ipynb')


def cells(file):
    "The cells of a notebook: kind, source, outputs"
    every = json.loads(file.read_text())['cells']
    return [(c['cell_type'], ''.join(c['source']), c.get('outputs', [])) for c in every]


def readme():
    """index.ipynb as Markdown: prose, the code that is not hidden, and its text.

    Pictures are in docs/"""
    parts = []
    for kind,source,outputs in cells(root/'nbs'/'index.ipynb'):
        if kind == 'markdown':
            parts.append(re.sub(r'\]\((\w+\.ipynb)', r'](nbs/\1', source))
        elif any('image/png' in o.get('data', {}) for o in outputs):
            alt,caption = [re.search(f'fig-{name}: "(.*)"', source)[1]
                           for name in ('alt', 'cap')]
            parts.append(f'![{alt}](docs/home.png)\n\n*{caption}*')
        elif re.match(r'#\| *(hide|export|default_exp|echo: false)', source): continue
        else:
            parts.append(f'```python\n{source}\n```')
            for o in outputs:
                text = ''.join(o.get('text') or o.get('data', {}).get('text/plain', ''))
                if text: parts.append(f'```\n{text.rstrip()}\n```')
    head = '<!-- Made from nbs/index.ipynb by `make readme`: edit that. -->\n'
    (root/'README.md').write_text(head + '\n\n'.join(parts) + '\n', encoding='utf-8')


def picture():
    "The picture of the home page, for the README"
    for *_,outputs in cells(root/'nbs'/'index.ipynb'):
        for o in outputs:
            png = o.get('data', {}).get('image/png')
            if png: (docs/'home.png').write_bytes(base64.b64decode(png))


def library_entries(cells):
    """The entries of `show_doc` on the pages that explain the code.

    A heading and a sentence, one for all names of a cell. The signature stands in the
    source right under it. A private name has no entry: its source says what it does"""
    kept = []
    for cell in cells:
        source = ''.join(cell['source'])
        if not (name := re.search(r'show_doc\(([\w.]+)', source)):
            kept.append(cell)
            continue
        if re.search(r'(^|\.)_(?!_)', name[1]): continue
        text = ''.join(cell['outputs'][0]['data']['text/markdown'])
        text = re.sub(r'^---\n|```python\n.*?```\n', '', text, flags=re.S)
        level, words = re.search(r'^(#+) .*?$(.*)', text, re.M | re.S).groups()
        words = words.replace('*Call self as a function.*', '').strip()
        entry = dict(names=[name[1]], level=level, words=words)
        own = name[1].split('.')[-1]
        source = ''.join(kept[-1]['source'])
        defined = re.search(rf'^(def|class) {own}\b', source, re.M)
        # the first name, the source, and here another name
        if defined and len(kept) > 1 and (above := kept[-2].get('entry')):
            above['names'].insert(0, name[1])
            above['words'] = f"{entry['words']}\n\n{above['words']}".strip()
        else: kept.append(dict(cell, entry=entry))
    for cell in kept:
        if not (entry := cell.pop('entry', None)): continue
        names = ', '.join(entry['names']).replace('__', r'\_\_')
        heading = f"{entry['level']} {names}"
        cell['outputs'][0]['data']['text/markdown'] = f"{heading}\n\n{entry['words']}\n"
    return kept


def check_sources():
    """Stop if a notebook is missing in the sidebar, or clones another repository.

    The repository is that of settings.ini"""
    sidebar = re.findall(r'\S+\.ipynb', (root/'nbs'/'sidebar.yml').read_text())
    pages = [f.name for f in (root/'nbs').glob('*.ipynb')]  # nbs/answers/ is not read
    names = [prefix.sub('', page) for page in pages]
    if twice := {name for name in names if names.count(name) > 1}:
        raise SystemExit(f'two notebooks would be one page: {twice}')
    if odd := sorted(set(sidebar) ^ set(pages)):
        raise SystemExit(f'in nbs/sidebar.yml or in nbs/, but not in both: {odd}')
    ours = get_config().git_url
    for file in (root/'nbs').glob('*.ipynb'):
        prose = '\n'.join(source for kind,source,_ in cells(file) if kind == 'markdown')
        for url in re.findall(r'^git clone (\S+)$', prose, flags=re.M):
            if url != ours:
                raise SystemExit(f'{file.name}: git clone {url}: expected {ours}')


def prepare():
    """nbdev's part: from nbs/ to _proc/.

    There 02_forward becomes forward, the name that nbdev's own links use"""
    import nbdev.doclinks, nbdev.quarto
    from nbdev.serve import proc_nbs
    shutil.rmtree(proc, ignore_errors=True)
    nbdev.quarto.refresh_quarto_yml()
    nbdev.doclinks._build_modidx()
    proc_nbs(force=True)
    for name in 'styles.css', 'favicon.svg': shutil.copy(root/'nbs'/name, proc)
    bar = proc/'_quarto.yml'
    bar.write_text(re.sub(r'(href: )\d\d[a-z]?\d?_', r'\1', bar.read_text()))
    shutil.rmtree(proc/'answers')  # to the exercises: not for reading
    for file in proc.glob('*.ipynb'):
        nb = json.loads(link.sub(r'](\1.ipynb', file.read_text()))
        if file.stem != 'reference': nb['cells'] = library_entries(nb['cells'])
        else:
            for cell in nb['cells']:
                if 'show_doc(' in ''.join(cell['source']): as_entry(cell)
        file.unlink()
        (proc/prefix.sub('', file.name)).write_text(json.dumps(nb))
    split(proc/'reference.ipynb')
    sidebar = proc/'sidebar.yml'
    sidebar.write_text(re.sub(r'- \d\d[a-z]?\d?_', '- ', sidebar.read_text()))


def render():
    "smalldocs' part, and what happens to its pages afterwards"
    command = [sys.executable, '-m', 'smalldocs.cli', 'render', str(proc)]
    subprocess.run(command, check=True)
    site = proc/'docs'
    finish(site, root/'nbs', get_config().git_url)
    shutil.rmtree(docs, ignore_errors=True)
    shutil.move(site, docs)
    picture()


if __name__ == '__main__':
    check_sources()
    if '--readme' not in sys.argv:
        prepare()
        render()
    readme()
