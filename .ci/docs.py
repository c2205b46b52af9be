"""Render the site in docs/, and README.md, from the notebooks: `make docs` (only the README: `make readme`).

nbdev prepares the notebooks in _proc/, and smalldocs, which reads what Quarto reads, makes the pages. KaTeX, which
typesets the mathematics, is fetched by npm and copied in, so that no page asks another host for anything."""
import base64, json, re, shutil, subprocess, sys, tempfile
from pathlib import Path

root = Path(__file__).parent.parent
proc, docs = root/'_proc', root/'docs'
link = re.compile(r'\]\((?:\d\d[a-z]?_)?(\w+)\.ipynb')  # a link from one notebook to another


def cells(file):
    "The cells of a notebook: kind, source, outputs"
    return [(c['cell_type'], ''.join(c['source']), c.get('outputs', [])) for c in json.loads(file.read_text())['cells']]


def readme():
    "index.ipynb as Markdown: prose, the code that is not hidden, and its text. Pictures are in docs/"
    parts = []
    for kind,source,outputs in cells(root/'nbs'/'index.ipynb'):
        if kind == 'markdown': parts.append(re.sub(r'\]\((\d\d[a-z]?_\w+\.ipynb)', r'](nbs/\1', source))
        elif any('image/png' in o.get('data', {}) for o in outputs):
            alt = re.search('fig-alt: "(.*)"', source)[1]
            parts.append(f'![{alt}](docs/home.png)')
        elif re.match(r'#\| *(hide|export|default_exp)', source): continue
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
            if 'image/png' in o.get('data', {}): (docs/'home.png').write_bytes(base64.b64decode(o['data']['image/png']))


def without_signature(cell):
    "An entry of `show_doc` less its signature, which stands in the source right under it"
    for o in cell['outputs']:
        text = ''.join(o['data']['text/markdown'])
        text = re.sub(r'^---\n|```python\n.*?```\n', '', text, flags=re.S)
        o['data']['text/markdown'] = re.sub('^###.*', lambda m: m[0].replace('__', r'\_\_'), text, flags=re.M)


def prepare():
    "nbdev's part: from nbs/ to _proc/, where 02_forward becomes forward, the name that nbdev's own links use"
    import nbdev.doclinks, nbdev.quarto
    from nbdev.serve import proc_nbs
    shutil.rmtree(proc, ignore_errors=True)
    nbdev.quarto.refresh_quarto_yml()
    nbdev.doclinks._build_modidx()
    nbdev.quarto.nbdev_sidebar.__wrapped__()
    proc_nbs(force=True)
    shutil.copy(root/'nbs'/'styles.css', proc)
    for file in proc.glob('*.ipynb'):
        nb = json.loads(link.sub(r'](\1.ipynb', file.read_text()))
        for cell in nb['cells']:
            if 'show_doc(' in ''.join(cell['source']): without_signature(cell)
        file.unlink()
        (proc/re.sub(r'^\d\d[a-z]?_', '', file.name)).write_text(json.dumps(nb))
    sidebar = proc/'sidebar.yml'
    sidebar.write_text(re.sub(r'- \d\d[a-z]?_', '- ', sidebar.read_text()))


def bring_katex(site):
    "Copy KaTeX, in the version that the pages ask another host for, into the site, and let them ask for that"
    there = re.compile(r'https://[^"]*/katex@([\d.]+)/dist')
    pages = {page: page.read_text() for page in site.glob('*.html')}
    version, = set(there.findall(''.join(pages.values())))
    home = site/'site_libs'/'katex'
    with tempfile.TemporaryDirectory() as tmp:
        subprocess.run(['npm', 'pack', '--silent', f'katex@{version}'], cwd=tmp, check=True, stdout=subprocess.DEVNULL)
        shutil.unpack_archive(next(Path(tmp).glob('*.tgz')), tmp)
        dist = Path(tmp)/'package'/'dist'
        fonts = [f'fonts/{font.name}' for font in (dist/'fonts').glob('*.woff2')]
        for name in ['katex.min.js', 'katex.min.css', 'contrib/auto-render.min.js', *fonts]:
            (home/name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(dist/name, home/name)
    for page,text in pages.items(): page.write_text(there.sub('site_libs/katex', text))


def render():
    "smalldocs' part, and what it leaves to other hosts brought home"
    subprocess.run([sys.executable, '-m', 'smalldocs.cli', 'render', str(proc)], check=True)
    site = proc/'docs'
    bring_katex(site)
    for style in site.rglob('*.css'):
        style.write_text(re.sub(r'@import url\([^)]*https?:[^)]*\);?', '', style.read_text()))
    shutil.rmtree(docs, ignore_errors=True)
    shutil.move(site, docs)
    picture()


if __name__ == '__main__':
    if '--readme' not in sys.argv:
        prepare()
        render()
    readme()
