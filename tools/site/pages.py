"""What happens to each page after smalldocs has rendered it: mathematics typeset, names linked, no other host asked.

The mathematics is typeset by KaTeX in Node, so that a page needs no script for it, and a mistake stops the build."""
import base64, json, re, shutil, subprocess, tempfile
from pathlib import Path
from bs4 import BeautifulSoup
from minibackprop.exercises.judges import _chapters

katex = 'katex@0.19.1'
typeset = """
const katex = require('./package/dist/katex.js')
const typeset = ([tex, displayMode]) => {
  try { return [katex.renderToString(tex, {displayMode, throwOnError: true, strict: 'error'}), null] }
  catch (error) { return [null, error.message] }
}
console.log(JSON.stringify(JSON.parse(require('fs').readFileSync(0, 'utf8')).map(typeset)))
"""


def from_npm(package, folder):
    "Unpack a package of the npm registry into `folder`/package, without running anything of it"
    subprocess.run(['npm', 'pack', '--silent', package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    archive, = Path(folder).glob('*.tgz')
    shutil.unpack_archive(archive, folder)
    archive.unlink()


def where(tex, notebooks):
    "The notebook and the cell in which a formula stands"
    squeeze = lambda text: re.sub(r'\s', '', text)
    for file in notebooks:
        for i,cell in enumerate(json.loads(file.read_text())['cells']):
            if squeeze(tex) in squeeze(''.join(cell['source'])): return f'{file.name}, cell {i}'
    return 'the output of a cell'


def mathematics(soups, site, notebooks):
    "Replace each formula by what KaTeX makes of it, and bring its style and fonts. A formula with a mistake raises"
    spans = [span for soup in soups for span in soup.select('span.math')]
    formulas = [[span.get_text()[2:-2].strip(), 'display' in span['class']] for span in spans]  # \( ... \)
    with tempfile.TemporaryDirectory() as tmp:
        from_npm(katex, tmp)
        node = subprocess.run(['node', '-e', typeset], cwd=tmp, input=json.dumps(formulas), text=True, check=True,
                              stdout=subprocess.PIPE)
        made = json.loads(node.stdout)
        dist, home = Path(tmp)/'package'/'dist', site/'site_libs'/'katex'
        (home/'fonts').mkdir(parents=True)
        for font in (dist/'fonts').glob('*.woff2'): shutil.copy(font, home/'fonts')
        style = (dist/'katex.min.css').read_text()
        only_woff2 = re.sub(r',url\([^)]*\) format\("(?:woff|truetype)"\)', '', style)
        (home/'katex.min.css').write_text(only_woff2)
    wrong = [f'{where(tex, notebooks)}: {error}\n  {tex}' for (tex,_),(_,error) in zip(formulas, made) if error]
    if wrong: raise SystemExit('KaTeX cannot typeset:\n' + '\n'.join(wrong))
    for span,(markup,_) in zip(spans, made):
        span.clear()
        span.append(BeautifulSoup(markup, 'html.parser'))
    for soup in soups:
        for tag in soup.select('script[src*="katex"]'): tag.decompose()
        for tag in soup.select('link[href*="katex"]'): tag['href'] = 'site_libs/katex/katex.min.css'


def entries(reference):
    "Name -> anchor of its entry in the API reference, for every heading that is the name of something"
    anchors = [h['data-anchor-id'] for h in reference.select('h3[data-anchor-id], h4[data-anchor-id]')]
    return {name: f'reference.html#{name}' for name in anchors if name.split('.')[-1].isidentifier()}


def link_names(soup, page, known):
    "Each name in backticks in the prose of a page becomes a link to its entry in the reference"
    for code in soup.select('main code'):
        if code.find_parent(['a', 'pre', 'h1', 'h2', 'h3', 'h4', 'summary']): continue
        name = re.sub(r'\(.*\)$', '', code.get_text()).removeprefix('minibackprop.')
        if name in known: code.wrap(soup.new_tag('a', href=known[name].removeprefix(page) or known[name]))


def private(soup):
    "A private name is no heading: it becomes a paragraph, and leaves the contents"
    for heading in soup.select('h3.anchored, h4.anchored'):
        if not re.search(r'(^|\.)_(?!_)\w', heading.get_text()): continue
        for link in soup.select(f'nav a[href$="#{heading["id"]}"]'): link.find_parent('li').decompose()
        heading.name,heading['class'] = 'p', 'private'


def number(source):
    "The number of a chapter, from the name of its notebook; nothing for what is not a chapter, or stands behind one"
    if source.startswith('06'): return '6' if source.startswith('06_') else ''
    found = re.match(r'0?(\d+)([a-z]?)_', source)
    known = {number.rstrip('abc') for number in _chapters}  # 8 of 8a
    return found[1] + found[2] if found and found[1] in known else ''


core = 'broadcasting.html', 'forward.html', 'backward.html', 'module.html', 'autograd.html'
not_read_through = 'index.html', 'reference.html', 'symbols.html', 'traps.html'


def minutes(soup):
    "How long a page takes: 200 words a minute, up to the summary, without what is folded or searched. A formula is one word"
    main = BeautifulSoup(str(soup.select_one('main')), 'html.parser')
    for tag in main.select('#title-block-header, script, style, [data-widget], details:not([open])'): tag.decompose()
    for tag in main.select('.katex, span.math'): tag.replace_with('x')
    if end := main.select_one('#summary'):
        for tag in [end, *end.find_all_next()]: tag.extract()
    for tag in main.select('p, li, td, th, h2, h3, h4, pre, div, dt, dd, figcaption, summary'): tag.append(' ')
    return max(1, round(len(main.get_text().split())/200))


def sidebar(soup, sources, times):
    "The parts of the book as plain headings, and each page with its number, as the prose calls it, and its minutes"
    for part in soup.select('.sidebar-item-section > .sidebar-item-container'):
        heading = soup.new_tag('span', attrs={'class': 'sidebar-part'})
        heading.string = part.get_text().strip()
        if part.parent.find('a', href=re.compile('backward.html')):
            legend = soup.new_tag('span', attrs={'class': 'core-legend', 'aria-hidden': 'true'})
            legend.string = 'the core'
            heading.append(legend)
        part.replace_with(heading)
    for tag in soup.select('.quarto-title-breadcrumbs, .breadcrumb-item:not(:last-child)'): tag.decompose()
    for link in soup.select('.sidebar-link'):
        page = link['href'].removeprefix('./')
        if n := number(sources[page].name): link.span.insert(0, f'{n}. ')
        if page in core:
            mark = soup.new_tag('span', attrs={'class': 'skipped-by-eye'})
            mark.string = ', part of the core'
            link.span.append(mark)
            link['class'] = [*link['class'], 'core']
        if page in not_read_through: continue
        time = soup.new_tag('span', attrs={'class': 'minutes'})
        time.string = f'{times[page]} min'
        link.append(time)
    here = soup.new_tag('script')  # both lists may be longer than a screen: bring where the reader is into view
    here.string = '''{
      const show = list => {
        const link = list.querySelector('.active'), box = list.getBoundingClientRect(), at = link?.getBoundingClientRect()
        if (at && (at.top < box.top + 60 || at.bottom > box.bottom - 60)) list.scrollTop += at.top - box.top - box.height/2
      }
      show(document.getElementById('quarto-sidebar'))
      addEventListener('load', () => {
        const list = document.getElementById('quarto-margin-sidebar')
        if (!list) return
        show(list)
        new MutationObserver(() => show(list)).observe(list, {subtree: true, attributes: true, attributeFilter: ['class']})
      })
    }'''
    soup.select_one('#quarto-sidebar').insert_after(here)


def link_notebook(soup, source, repository, time):
    "Under the title: the number of the chapter, how long it takes, and the notebook behind the page, to see or to take"
    line = soup.new_tag('p', attrs={'class': 'notebook-links'})
    n = number(source)
    if n: line.append(f'Chapter {n}. ')
    if time: line.append(f'{time} minute{"s"[:time > 1]}{" up to the summary" if soup.select_one("#summary") else ""}. ')
    line.append('This page is a notebook: ')
    view = soup.new_tag('a', href=f'{repository}/blob/main/nbs/{source}')
    view.string = 'view'
    take = soup.new_tag('a', href=f'notebooks/{source}', download=source)
    take.string = 'download'
    line.extend([view, ', ', take, '.'])
    soup.select_one('main' if source == 'index.ipynb' else '#title-block-header').append(line)


def home(soup, sources):
    "The home page: a paragraph of nothing but links is a row of buttons, and chapters have the numbers of the sidebar"
    for n,link in [(row.td.get_text().strip(), row.a) for row in soup.select('main tr:has(td a)')]:
        right = number(sources[link['href']].name)
        if n != right: raise SystemExit(f'index.ipynb: chapter {n}, {link.get_text()}: elsewhere its number is {right or "none"}')
    for p in soup.select('main p:has(a)'):
        if not any(str(x).strip(' ·\n') for x in p.children if x.name != 'a'): p['class'] = 'doors'


def contents_here(soup):
    "The contents of the page once more, folded, at its top: a phone has no room beside the text"
    toc = soup.select_one('#TOC > ul')
    if not toc or soup.select_one('#dr-root'): return  # a phone shows the drawing first
    here = BeautifulSoup(f'<details class="toc-here"><summary>On this page</summary>{toc}</details>', 'html.parser')
    for tag in here.find_all(True):
        for name in 'id', 'class', 'data-scroll-target':
            if tag.name != 'details': tag.attrs.pop(name, None)
    soup.select_one('#title-block-header').insert_after(here)


def fold(soup):
    "Long code of the library, and bookkeeping, is folded; what is derived on the page is short, and stays open"
    for details in soup.select('main details'):
        summary = details.find('summary', recursive=False)
        if summary.get_text().strip() != 'Exported source': continue
        code = details.get_text().strip().splitlines()[1:]
        summary.string = 'The code of the library'
        if len(code) > 24 or code[0].startswith('# Bookkeeping'): del details['open']


word = re.compile(r"""["'`(]*[A-Za-z][\w'().-]*["'`.,:;)]*""")


def sentence(line):
    """The column in which the sentence of a line of output starts, or None: the line is part of a table, or of a value.

    A sentence has four words in a row, or four in all and not more numbers than words. It may be the last of two columns;
    with more columns, two spaces or more between them, a line belongs to a table"""
    columns = list(re.finditer(r'\S+(?: \S+)*', line))
    if not 0 < len(columns) < 3: return None
    parts = columns[-1][0].split()
    is_word = ''.join('w' if word.fullmatch(part) else '.' for part in parts)
    enough = 'wwww' in is_word or is_word.count('w') >= max(4, len(parts)/2)
    return columns[-1].start() if enough else None


def wrap(soup):
    "Sentences in outputs wrap, each under its own beginning; tables and values keep their lines, and scroll"
    for code in soup.select('.cell-output > pre:not(.sourceCode) > code'):
        lines = code.get_text().split('\n')
        if code.find(True): continue
        code.clear()
        for i,line in enumerate(lines):
            if i: code.append('\n')
            start = 0 if len(lines) == 1 else sentence(line)
            if start is None or len(line) < 40: code.append(line)
            else:
                span = soup.new_tag('span', attrs={'class': 'wraps'})
                if 2 < start <= 24: span['style'] = f'--hang: {start}ch'
                span.string = line
                code.append(span)


def bare(notebook):
    "A notebook without its outputs, which whoever runs it makes anew"
    nb = json.loads(notebook)
    for cell in nb['cells']:
        if cell['cell_type'] == 'code': cell['outputs'], cell['execution_count'] = [], None
    return json.dumps(nb, ensure_ascii=False, indent=1) + '\n'


def reachable(soup):
    "What keyboards and screen readers need, and smalldocs leaves out"
    for tag in soup.select('pre, .cell-output-display, main table, .sd-table, .katex-display, main figure, .quarto-figure'):
        tag['tabindex'] = '0'  # what may be wider than a phone can be scrolled by keyboard, too
    for toggle in soup.select('.quarto-color-scheme-toggle'): toggle['aria-label'] = 'Dark mode, on or off'
    for button in soup.select('.quarto-btn-toggle'):
        button.append(' Chapters')
        del button['aria-label']
    for button in soup.select('.code-copy-button'): button['aria-label'] = 'Copy this code'
    for selector,label in (('#quarto-sidebar', 'Chapters'), ('#TOC', 'On this page'), ('.page-navigation', 'Previous and next'),
                           ('header > nav.navbar', 'Site'), ('.quarto-secondary-nav', 'Here')):
        for tag in soup.select(selector): tag['aria-label'] = label
    for empty in soup.select('header ul'):
        if not empty.find('li'): empty.decompose()
    skip = soup.new_tag('a', href='#quarto-document-content', attrs={'class': 'skip'})
    skip.string = 'To the text'
    soup.body.insert(0, skip)


def sharp(soup):
    "No picture is shown so large that a screen with two pixels for one would show it blurred"
    for img in soup.select('main img[src^="data:image/png;base64,"]'):
        width = int.from_bytes(base64.b64decode(img['src'].split(',')[1][:64])[16:20], 'big')  # after the signature and IHDR
        img['width'] = int(width/1.5)
        if width > 1000: img['class'] = [*img.get('class', []), 'wide']


def search_from_disk(site):
    "A page opened from disk may not fetch a file, but it may run one: so the index for the search becomes a script"
    index = json.loads((site/'search.json').read_text())
    (site/'search.json').unlink()
    (site/'search.js').write_text(f'window.searchIndex = {json.dumps(index, ensure_ascii=False)}\n')
    script = site/'site_libs'/'smalldocs.js'
    fetch = re.compile(r'const r = await fetch\(offset \+ "search\.json"\);\s*index = await r\.json\(\);')
    load = '''await new Promise((done, failed) => {
        const s = document.createElement("script");
        Object.assign(s, { src: offset + "search.js", onload: done, onerror: failed });
        document.head.append(s);
      });
      index = window.searchIndex;'''
    text, found = fetch.subn(load, script.read_text())
    words, any_order = 'ignoreLocation: true, threshold: 0.3,', 'ignoreLocation: true, threshold: 0.2, useExtendedSearch: true,'
    assert found == 1 and text.count(words) == 1, 'smalldocs searches in another way now'
    script.write_text(text.replace(words, any_order))  # each word is looked for, in whatever order they were typed


def finish(site, nbs, repository):
    "All of it, for a whole site"
    sources = {re.sub(r'^\d\d[a-z]?_', '', f.stem) + '.html': f for f in sorted(nbs.glob('*.ipynb'))}
    soups = {page: BeautifulSoup((site/page).read_text(), 'html.parser') for page in sources}
    mathematics(soups.values(), site, sources.values())
    known = entries(soups['reference.html'])
    for soup in soups.values(): fold(soup)
    times = {page: minutes(soup) for page,soup in soups.items()}
    (site/'notebooks').mkdir()
    for page,soup in soups.items():
        link_names(soup, page, known)
        private(soup)
        sidebar(soup, sources, times)
        if page == 'index.html': home(soup, sources)
        contents_here(soup)
        wrap(soup)
        link_notebook(soup, sources[page].name, repository, None if page in not_read_through else times[page])
        reachable(soup)
        sharp(soup)
        (site/page).write_text(str(soup))
        (site/'notebooks'/sources[page].name).write_text(bare(sources[page].read_text()))
    for file in nbs.glob('*.json'): shutil.copy(file, site/'notebooks')
    shutil.copytree(nbs/'widgets', site/'notebooks'/'widgets')
    search_from_disk(site)
    for style in site.rglob('*.css'):  # a theme asks another host for a font
        style.write_text(re.sub(r'@import url\([^)]*https?:[^)]*\);?', '', style.read_text()))
    sitemap = site/'sitemap.xml'  # the time of rendering, in a file that is compared byte by byte
    sitemap.write_text(re.sub(r'\s*<lastmod>.*?</lastmod>', '', sitemap.read_text()))
