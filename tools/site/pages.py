"""What happens to each page after smalldocs has rendered it.

Mathematics is typeset, names are linked, no other host is asked. The mathematics is
typeset by KaTeX in Node, so that a page needs no script for it, and a mistake stops the
build."""
import base64, copy, hashlib, json, re, shutil, subprocess, tempfile
from collections import Counter
from pathlib import Path
from bs4 import BeautifulSoup, NavigableString
from minibackprop.exercises.judges import _chapters
from nbdev.config import get_config
from exercises import answers_in_page, not_done_yet
from search import add_search, blocks

katex = 'katex@0.19.1'
typeset = """
const katex = require('./package/dist/katex.js')
const typeset = ([tex, displayMode]) => {
  const options = {displayMode, throwOnError: true, strict: 'error'}
  try { return [katex.renderToString(tex, options), null] }
  catch (error) { return [null, error.message] }
}
const formulas = JSON.parse(require('fs').readFileSync(0, 'utf8'))
console.log(JSON.stringify(formulas.map(typeset)))
"""
parsed = lambda html: BeautifulSoup(html, 'html.parser')


def from_npm(package, folder):
    "Unpack a package of npm into `folder`/package, without running anything of it"
    subprocess.run(['npm', 'pack', '--silent', package], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL)
    archive, = Path(folder).glob('*.tgz')
    shutil.unpack_archive(archive, folder)
    archive.unlink()


def where(tex, notebooks):
    "The notebook and the cell in which a formula stands"
    squeeze = lambda text: re.sub(r'\s', '', text)
    for file in notebooks:
        for i,cell in enumerate(json.loads(file.read_text())['cells']):
            if squeeze(tex) in squeeze(''.join(cell['source'])):
                return f'{file.name}, cell {i}'
    return 'the output of a cell'


def shorter(formulas, style):
    """KaTeX's formulas and its style with short names: half of the bytes.

    A page has hundreds of formulas. A class has a number, or goes if no rule is about
    it, and so has each style that KaTeX writes into a tag."""
    known = set(re.findall(r'\.([a-z][\w-]*)', style))
    used = Counter(c for f in formulas for names in re.findall(r' class="([^"]*)"', f)
                   for c in names.split())
    kept = 'katex', 'katex-display', 'katex-html', 'katex-mathml', 'katex-error'
    names = {c: c if c in kept else f'k{i}' if c in known else ''
             for i,(c,_) in enumerate(used.most_common())}
    styles = Counter(s for f in formulas
                     for s in re.findall(r'<span[^>]* style="([^"]*)"', f))
    numbers = {s: f's{i}' for i,(s,_) in enumerate(styles.most_common())}

    def tag(match):
        classes = [names[c] for c in (match[2] or '').split()]
        if match[4]: classes.append(numbers[match[4]])
        classes = ' '.join(filter(None, classes))
        return (f'<span class="{classes}"' if classes else '<span') + match[5]
    span = re.compile(r'<span( class="([^"]*)")?( style="([^"]*)")?([^>]*)')
    formulas = [span.sub(tag, f) for f in formulas]
    renamed = lambda match: '.' + (names.get(match[1]) or match[1])
    style = re.sub(r'\.([a-z][\w-]*)', renamed, style)
    # above KaTeX's own, as in the tag
    return formulas, style + ''.join(f'.katex .{n}.{n}.{n}{{{s}}}'
                                     for s,n in numbers.items())


def mathematics(soups, site, notebooks):
    """Replace each formula by what KaTeX makes of it, and bring its style and fonts.

    A formula with a mistake raises"""
    spans = [span for soup in soups for span in soup.select('span.math')]
    formulas = [[span.get_text()[2:-2].strip(), 'display' in span['class']]
                for span in spans]  # \( ... \)
    with tempfile.TemporaryDirectory() as tmp:
        from_npm(katex, tmp)
        node = subprocess.run(['node', '-e', typeset], cwd=tmp, text=True, check=True,
                              input=json.dumps(formulas), stdout=subprocess.PIPE)
        made = json.loads(node.stdout)
        dist, home = Path(tmp)/'package'/'dist', site/'site_libs'/'katex'
        (home/'fonts').mkdir(parents=True)
        for font in (dist/'fonts').glob('*.woff2'): shutil.copy(font, home/'fonts')
        style = (dist/'katex.min.css').read_text()
        only_woff2 = re.sub(r',url\([^)]*\) format\("(?:woff|truetype)"\)', '', style)
    wrong = [f'{where(tex, notebooks)}: {error}\n  {tex}'
             for (tex,_),(_,error) in zip(formulas, made) if error]
    if wrong: raise SystemExit('KaTeX cannot typeset:\n' + '\n'.join(wrong))
    short, style = shorter([markup for markup,_ in made], only_woff2)
    (home/'katex.min.css').write_text(style)
    for span,markup,(tex,display) in zip(spans, short, formulas):
        span.clear()
        span.append(parsed(markup))
        if display or len(tex) >= 24: continue
        # it stays in one line, with the comma or the question mark after it
        span.wrap(BeautifulSoup().new_tag('span', attrs={'class': 'short'}))
        after = span.parent.next_sibling
        if not isinstance(after, NavigableString): continue
        if mark := re.match(r'[^\s\w(]+', after):
            span.parent.append(mark[0])
            after.replace_with(after[mark.end():])
    for soup in soups:
        for tag in soup.select('script[src*="katex"]'): tag.decompose()
        for tag in soup.select('link[href*="katex"]'):
            tag['href'] = 'site_libs/katex/katex.min.css'


def entries(soups):
    "Name -> anchor of its entry in the API reference, for headings that are names"
    anchors = {h['data-anchor-id']: page
               for page,soup in soups.items() if page.startswith('reference_')
               for h in soup.select('h2[data-anchor-id], h3[data-anchor-id]')}
    return {name: f'{page}#{name}' for name,page in anchors.items()
            if name.split('.')[-1].isidentifier()}


def link_names(soup, page, known):
    """Each name in backticks in the prose of a page links to its reference entry.

    A parameter's does not"""
    tables = [table for table in soup.select('main table')
              if table.th.get_text() == 'parameter']
    parameters = [row.td for table in tables for row in table.select('tr:has(td)')]
    for code in soup.select('main code'):
        if code.parent in parameters: continue
        if code.find_parent(['a', 'pre', 'h1', 'h2', 'h3', 'h4', 'summary']): continue
        name = re.sub(r'\(.*\)$', '', code.get_text()).removeprefix('minibackprop.')
        if name in known:
            link = known[name].removeprefix(page) or known[name]
            code.wrap(soup.new_tag('a', href=link))


def number(source):
    "The number of a chapter, from the name of its notebook; nothing for other pages"
    if source.startswith('06'): return '6' if source.startswith('06_') else ''
    found = re.match(r'0?(\d+)([a-z]?)_', source)
    known = {number.rstrip('abc') for number in _chapters}  # 8 of 8a
    return found[1] + found[2] if found and found[1] in known else ''


core = ('broadcasting.html', 'forward.html', 'backward.html', 'module.html',
        'autograd.html')
not_read_through = 'index.html', 'reference.html', 'symbols.html', 'traps.html'


def minutes(soup):
    """How long a page takes: 200 words a minute, up to the summary.

    Without what is folded or searched. A formula is one word"""
    main = copy.copy(soup.main)
    unread = '#title-block-header, script, style, [data-widget], details:not([open])'
    for tag in main.select(unread): tag.decompose()
    for tag in main.select('.katex, span.math'): tag.replace_with('x')
    if end := main.select_one('#summary'):
        for tag in [end, *end.find_all_next()]: tag.extract()
    for tag in main(blocks): tag.append(' ')
    return max(1, round(len(main.get_text().split())/200))


# both lists may be longer than a screen: bring where the reader is into view
in_view = '''{
      const show = list => {
        const link = list.querySelector('.active'), \
box = list.getBoundingClientRect(), at = link?.getBoundingClientRect()
        if (at && (at.top < box.top + 60 || at.bottom > box.bottom - 60)) \
list.scrollTop += at.top - box.top - box.height/2
      }
      const chapters = document.getElementById('quarto-sidebar')
      show(chapters)
      new ResizeObserver(() => show(chapters)).observe(chapters)
      addEventListener('load', () => {
        const list = document.getElementById('quarto-margin-sidebar')
        if (!list) return
        show(list)
        new MutationObserver(() => show(list)).observe(list, \
{subtree: true, attributes: true, attributeFilter: ['class']})
      })
    }'''


def sidebar(soup, sources, times):
    """The parts of the book as plain headings, and each page with number and minutes.

    The number is that by which the prose calls it"""
    def span(kind, text, **more):
        return soup.new_tag('span', attrs={'class': kind, **more}, string=text)
    for part in soup.select('.sidebar-item-section > .sidebar-item-container'):
        heading = span('sidebar-part', part.get_text().strip())
        if part.parent.find('a', href=re.compile('backward.html')):
            heading.append(span('core-legend', 'the core', **{'aria-hidden': 'true'}))
        part.replace_with(heading)
    crumbs = '.quarto-title-breadcrumbs, .breadcrumb-item:not(:last-child)'
    for tag in soup.select(crumbs): tag.decompose()
    for link in soup.select('.sidebar-link'):
        page = link['href'].removeprefix('./')
        if n := number(sources[page].name): link.span.insert(0, f'{n}. ')
        if page in core:
            link.span.append(span('skipped-by-eye', ', part of the core'))
            link['class'] = [*link['class'], 'core']
        if page in not_read_through: continue
        link.append(span('minutes', f'{times[page]} min'))
    here = soup.new_tag('script')
    here.string = in_view
    soup.select_one('#quarto-sidebar').insert_after(here)


def link_notebook(soup, source, repository, time):
    """Under the title: the number of the chapter, how long it takes, and its notebook.

    The notebook is there to be seen or taken"""
    line = soup.new_tag('p', attrs={'class': 'notebook-links'})
    n = number(source)
    if n: line.append(f'Chapter {n}. ')
    if time:
        up_to = ' up to the summary' if soup.select_one('#summary') else ''
        line.append(f'{time} minute{"s"[:time > 1]}{up_to}. ')
    line.append('This page is a notebook: ')
    view = soup.new_tag('a', href=f'{repository}/blob/main/nbs/{source}', string='view')
    take = soup.new_tag('a', href=f'notebooks/{source}', download=source,
                        string='download')
    line.extend([view, ', ', take, '.'])
    place = 'main' if source == 'index.ipynb' else '#title-block-header'
    soup.select_one(place).append(line)


def home(soup, sources):
    """The home page: a paragraph of nothing but links is a row of buttons.

    Chapters have the numbers of the sidebar"""
    for row in soup.select('main tr:has(td a)'):
        n, right = row.td.get_text().strip(), number(sources[row.a['href']].name)
        if n != right:
            raise SystemExit(f'index.ipynb: chapter {n}, {row.a.get_text()}: '
                             f'elsewhere its number is {right or "none"}')
    for p in soup.select('main p:has(a)'):
        between = [str(x).strip(' ·\n') for x in p.children if x.name != 'a']
        if not any(between): p['class'] = 'doors'


def shorter_contents(soup):
    "What is looked up stands behind the summary: the contents name its headings alone"
    behind = '#TOC > ul > li:has(> a[href="#summary"]) ~ li > ul'
    for inner in soup.select(behind): inner.decompose()


def signpost_to_6(soup):
    "Where chapter 6 is looked for, between 5 and 7, a line tells where it is"
    line = parsed('<li class="sidebar-item elsewhere">'
                  '6 is below: any time after 4</li>')
    chapter_5 = '#quarto-sidebar .sidebar-item:has(> * > [href$="autograd.html"])'
    soup.select_one(chapter_5).insert_after(line)


def to_check(soup):
    """On a phone the bar has no room for the way to the check.

    It is the first line of the chapters"""
    line = parsed('<li class="sidebar-item to-check">'
                  '<a class="sidebar-link" href="check.html">Check a gradient</a></li>')
    soup.select_one('#quarto-sidebar ul').insert(0, line)


def said_twice(soup):
    "The last line of a page goes if it only names the pages of the links under it"
    line = soup.select('main p')[-1]
    text = line.get_text().strip()
    if re.fullmatch(r'Back: [^.,]*\.\s+Next: [^.,]*\.', text): line.decompose()


def contents_here(soup):
    "The contents of the page once more, folded, at its top, for a phone"
    toc = soup.select_one('#TOC > ul')
    if toc and not toc.li: soup.select_one('#quarto-margin-sidebar').decompose()
    # the home page shows the drawing first
    if not toc or not toc.li or soup.select_one('#fig-home'): return
    here = parsed('<details class="toc-here"><summary>On this page</summary>'
                  f'{toc}</details>')
    for tag in here.find_all(True):
        for name in 'id', 'class', 'data-scroll-target':
            if tag.name != 'details': tag.attrs.pop(name, None)
    soup.select_one('#title-block-header').insert_after(here)


def fold(soup, source):
    """Long code of the library, and bookkeeping, is folded.

    What is derived on the page is short, and stays open. Under the hood nothing is
    derived: there, a phone shows the prose first"""
    for details in soup.select('main details'):
        summary = details.find('summary', recursive=False)
        if summary.get_text().strip() != 'Exported source': continue
        code = details.get_text().strip().splitlines()[1:]
        names = re.findall(r'^(?:def|class) (\w+)', details.get_text(), re.M)
        derived = number(source)
        named = 0 < len(names) < 5 and not derived
        title = 'The code of the library'
        summary.string = f'{title}: {", ".join(names)}' if named else title
        if len(code) > 24 or code[0].startswith('# Bookkeeping'): del details['open']
        if not derived: details['class'] = 'folds'


word = re.compile(r"""["'`(]*[A-Za-z][\w'().-]*["'`.,:;)]*""")


def sentence(line):
    """The column in which the sentence of a line of output starts, or None.

    None: the line is part of a table, or of a value. A sentence has four words in a
    row, or four in all and not more numbers than words. It may be the last of two
    columns; with more columns, two spaces or more between them, a line belongs to a
    table"""
    columns = list(re.finditer(r'\S+(?: \S+)*', line))
    if not 0 < len(columns) < 3: return None
    parts = columns[-1][0].split()
    is_word = ''.join('w' if word.fullmatch(part) else '.' for part in parts)
    enough = 'wwww' in is_word or is_word.count('w') >= max(4, len(parts)/2)
    return columns[-1].start() if enough else None


def wrap(soup):
    """Sentences in outputs wrap, each under its own beginning.

    Tables and values keep their lines, and scroll"""
    for code in soup.select('.cell-output > pre:not(.sourceCode) > code'):
        if not code.get_text().strip():
            code.find_parent(class_='cell-output').decompose()
        lines = code.get_text().split('\n')
        if code.find(True): continue
        code.clear()
        for i,line in enumerate(lines):
            if i: code.append('\n')
            start = 0 if len(lines) == 1 else sentence(line)
            if start is None or len(line) < 40: code.append(line)
            else:
                span = soup.new_tag('span', attrs={'class': 'wraps'}, string=line)
                if 2 < start <= 24: span['style'] = f'--hang: {start}ch'
                code.append(span)


def bare(notebook):
    "A notebook without its outputs, which whoever runs it makes anew"
    nb = json.loads(notebook)
    for cell in nb['cells']:
        if cell['cell_type'] == 'code': cell |= dict(outputs=[], execution_count=None)
    return json.dumps(nb, ensure_ascii=False, indent=1) + '\n'


def reachable(soup):
    "What keyboards and screen readers need, and smalldocs leaves out"
    # book.js knows which of them scroll
    for tag in soup.select('pre[tabindex]'): del tag['tabindex']
    # an empty corner is the head of nothing
    for corner in soup.select('main th:empty'): corner.name = 'td'
    for selector,label in (
        ('.quarto-color-scheme-toggle', 'Dark mode, on or off'),
        ('.code-copy-button', 'Copy this code'), ('#quarto-sidebar', 'Chapters'),
        ('#TOC', 'On this page'), ('.page-navigation', 'Previous and next'),
        ('header > nav.navbar', 'Site')):
        for tag in soup.select(selector): tag['aria-label'] = label
    for empty in soup.select('header ul'):
        if not empty.find('li'): empty.decompose()
    level = 1  # no level is left out, even where an entry begins the page
    for heading in soup.select('main :is(h1, h2, h3, h4)'):
        level = min(int(heading.name[1]), level + 1)
        heading.name = f'h{level}'
    skip = soup.new_tag('a', href='#quarto-document-content', attrs={'class': 'skip'},
                        string='To the text')
    soup.body.insert(0, skip)


def one_bar(soup, page):
    """On a phone, too: chapters, name of the book, search and theme in one low bar.

    Who lands in the middle of a page reads its name there: a phone shows it in place of
    that of the book"""
    button = soup.select_one('.quarto-btn-toggle').extract()
    button.append(' Chapters')
    del button['aria-label']
    for tag in soup.select('.quarto-secondary-nav, .navbar-toggler'): tag.decompose()
    soup.select_one('.navbar-container').insert(0, button)
    if page != 'index.html':
        here = soup.new_tag('a', href='#', attrs={'class': 'bar-here'})
        name = soup.select_one('#quarto-sidebar .sidebar-link.active > span, h1')
        title = ''.join(name.find_all(string=True, recursive=False))
        here.string = title.removeprefix('minibackprop.')
        soup.select_one('.navbar-brand').insert_after(here)
    tools = soup.select_one('#navbarCollapse')
    tools['class'] = 'bar-tools'
    del tools['id']


def pictures(soup, site, page):
    """Pictures are files, which a browser asks for when they come near.

    Their place is kept free. None is shown so large that a screen with two pixels for
    one would show it blurred."""
    def slide(picture, kind, width):
        box = {'class': 'slides', 'style': f'--natural: {width}'}
        picture.wrap(soup.new_tag(kind, attrs=box))
    for img in soup.select('main img[src^="data:image/png;base64,"]'):
        data = base64.b64decode(img['src'].split(',')[1])
        name = f'pictures/{Path(page).stem}-{hashlib.sha256(data).hexdigest()[:8]}.png'
        (site/name).write_bytes(data)
        # after the signature and IHDR
        width, height = [int.from_bytes(data[i:i+4], 'big') for i in (16, 20)]
        img.attrs |= dict(src=name, width=int(width/1.5), height=int(height/1.5),
                          loading='lazy')
        if width > 600: slide(img, 'span', f'{img["width"]}px')
    for svg in soup.select('main figure > svg'):
        slide(svg, 'div', re.search(r'max-width: *([\d.]+px)', svg['style'])[1])


def breakable(soup):
    """In a narrow column, the name of a function breaks after an underscore or a dot.

    It does not break in a word; `--save FILE` does not break"""
    for code in soup.select('main :is(p, li, td) code'):
        text = code.get_text()
        if '-' in text and len(text) < 16:
            code['class'] = [*code.get('class', []), 'short']
    narrow = ('#TOC a, .toc-here a, main :is(h1, h2, h3, h4), .sidebar-link, '
              'main td code')
    for text in soup.select(narrow):
        for string in text.find_all(string=re.compile(r'\w_\w|[A-Za-z]\.[A-Za-z_]')):
            pieces = re.split(r'(?<=\w_)(?=\w)|(?<=[A-Za-z]\.)(?=[A-Za-z_])', string)
            broken = [x for piece in pieces for x in (soup.new_tag('wbr'), piece)]
            string.replace_with(*broken[1:])


def on_screen(soup):
    """What answers a reader who runs the notebook, or touches it, is not printed.

    Nor are the words that invite to it"""
    invites = re.compile(r'\b([Pp]ress|[Cc]lick|[Dd]rag|[Tt]ype|[Tt]ouch|[Dd]raw)\b')
    for cell in soup.select('.cell'):
        # a drawing is printed as it stands
        touched = cell.select_one('script') and not cell.select_one('figure.graph')
        if touched or re.match(r'(check_answer|hint)\(', cell.get_text().strip()):
            cell['class'].append('on-screen')
        before = cell.find_previous_sibling()
        if touched and before and invites.search(before.get_text()):
            before['class'] = [*before.get('class', []), 'on-screen']


moved = {'case.html': 'subject.html'}  # a page that has another name now


def notice(title, words, more=''):
    "A page that only leads to another one"
    style = ('max-width: 30rem; margin: 4rem auto; padding: 0 1rem; '
             'font: 1.1rem/1.5 sans-serif')
    return ('<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
            f'<title>{title}</title>'
            '<meta name="viewport" content="width=device-width">'
            f'<meta name="color-scheme" content="light dark">{more}</head>'
            f'<body style="{style}">'
            f'<main><h1>{title}</h1><p>{words}</p></main></body></html>\n')


def signposts(site):
    """What stands at the old address of a page, and at an address without a page.

    The latter is shown by the host, in whatever folder"""
    for old,new in moved.items():
        here = f'<a href="{new}">Here it is now.</a>'
        leads = f'<meta http-equiv="refresh" content="0; url={new}">'
        (site/old).write_text(notice('Moved', here, leads))
    ways = dict(index='The home page', reference='every name', traps='what goes wrong')
    home = get_config().doc_baseurl
    links = [f'<a href="{home}/{page}.html">{name}</a>' for page,name in ways.items()]
    (site/'404.html').write_text(notice('No such page', f'{", ".join(links)}.'))


def turn_pages(soups):
    "Under each page of the reference: the one before and the one after, as in its list"
    names = soups['reference.html'].select('main h2 a[href^="reference_"]')
    pages = ['reference.html', *dict.fromkeys(a['href'] for a in names)]

    def link(page, kind, left='', right=''):
        name = soups[page].h1.get_text().removeprefix('minibackprop.')
        return (f'<div class="nav-page nav-page-{kind}">'
                f'<a class="pagination-link" href="{page}">{left}'
                f'<span class="nav-page-text">{name}</span>{right}</a></div>')
    icon = '<i class="bi bi-arrow-{}-short"></i>'.format
    for before,page,after in zip(pages, pages[1:], [*pages[2:], None]):
        links = link(before, 'previous', left=icon('left'))
        if after: links += link(after, 'next', right=icon('right'))
        soups[page].main.append(parsed(f'<nav class="page-navigation">{links}</nav>'))


def finish(site, nbs, repository):
    "All of it, for a whole site"
    sources = {re.sub(r'^\d\d[a-z]?\d?_', '', f.stem) + '.html': f
               for f in sorted(nbs.glob('*.ipynb'))}
    of_reference = sorted(f.name for f in site.glob('reference_*.html'))
    sources |= dict.fromkeys(of_reference, nbs/'reference.ipynb')
    soups = {page: parsed((site/page).read_text()) for page in sources}
    mathematics(soups.values(), site, sources.values())
    known = entries(soups)
    turn_pages(soups)
    for page,soup in soups.items():
        fold(soup, sources[page].name)
        not_done_yet(soup)
    times = {page: minutes(soup) for page,soup in soups.items()}
    first = {page for page,file in sources.items() if number(file.name)}
    first |= {'index.html', 'quickstart.html', 'traps.html'}
    add_search(site, soups, first, from_npm)
    shutil.copy(Path(__file__).with_name('book.js'), site/'site_libs')
    for folder in 'notebooks', 'pictures': (site/folder).mkdir()
    for page,soup in soups.items():
        source, in_reference = sources[page], page.startswith('reference_')
        link_names(soup, page, known)
        sidebar(soup, sources, times)
        if page == 'index.html': home(soup, sources)
        signpost_to_6(soup)
        to_check(soup)
        shorter_contents(soup)
        contents_here(soup)
        said_twice(soup)
        wrap(soup)
        looked_up = page in not_read_through or in_reference
        time = None if looked_up else times[page]
        link_notebook(soup, source.name, repository, time)
        reachable(soup)
        one_bar(soup, page)
        pictures(soup, site, page)
        breakable(soup)
        on_screen(soup)
        answers_in_page(site, page, soup)
        soup.head.append(soup.new_tag('script', src='site_libs/book.js', defer=''))
        if in_reference:
            link = soup.select_one('.sidebar-link[href$="reference.html"]')
            link['class'].append('active')
        (site/page).write_text(str(soup))
        (site/'notebooks'/source.name).write_text(bare(source.read_text()))
    signposts(site)
    for file in nbs.glob('*.json'): shutil.copy(file, site/'notebooks')
    shutil.copytree(nbs/'widgets', site/'notebooks'/'widgets')
    other_host = re.compile(r'@import url\([^)]*https?:[^)]*\);?')
    for style in site.rglob('*.css'):  # a theme asks another host for a font
        style.write_text(other_host.sub('', style.read_text()))
    # the time of rendering, in a file that is compared byte by byte
    sitemap = site/'sitemap.xml'
    sitemap.write_text(re.sub(r'\s*<lastmod>.*?</lastmod>', '', sitemap.read_text()))
