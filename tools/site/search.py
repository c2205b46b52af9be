"""The search of the site: the text of every section, for MiniSearch.

search.js runs MiniSearch in the page. A page opened from disk may not fetch a file, but
it may run one: so the text is a script."""
import copy, json, re, shutil, tempfile
from pathlib import Path
from bs4 import BeautifulSoup, NavigableString

minisearch = 'minisearch@7.2.0'
here = Path(__file__).parent
unread = ('script, style, svg, button, annotation, .katex-html, .toc-here, '
          '.notebook-links, .page-navigation, .quarto-title-meta')
blocks = 'p li td th pre div dt dd figcaption summary h1 h2 h3 h4'.split()
box = ('<div class="search" role="search"><input type="search" id="search" '
       'role="combobox" aria-label="Search"\n aria-expanded="false" '
       'aria-controls="found" aria-autocomplete="list" autocomplete="off" '
       'spellcheck="false"\n placeholder="Search"/>'
       '<div id="found" role="listbox" aria-label="Pages found" hidden></div>\n'
       '<div id="found-how-many" role="status" class="visually-hidden"></div></div>')


def in_line(math):
    "A formula as it is typed: ∂L/∂w, x^2, x′, w_jk"
    for tag,sign in ('mfrac', '/'), ('msup', '^'), ('msub', '_'):
        for pair in math(tag):
            over,under = pair.contents[:2]
            over.insert_after(sign*(under.get_text() != '′'))
    for cell in math('mtd'): cell.append(' ')


def sections(page, soup, also, weight):
    """The sections of a page, outputs too, each with six things.

    Its address, the title of the page, its heading, its text, what else people call it,
    and its weight."""
    main = copy.copy(soup.main)
    for tag in main.select(unread): tag.decompose()
    for math in main('math'): in_line(math)
    for tag in main(blocks): tag.append(' ')
    title = main.select_one('h1').get_text().strip()
    found = [(page, '', [])]
    for e in main.descendants:
        if e.name in ('h2', 'h3', 'h4') and (anchor := e.get('data-anchor-id')):
            found.append((f'{page}#{anchor}', e.get_text().strip(), []))
        elif type(e) is NavigableString and not e.find_parent(['h1', 'h2', 'h3', 'h4']):
            found[-1][2].append(e)
    flat = lambda text: re.sub(r'\s+', ' ', ''.join(text).replace('`', '')).strip()
    # an exercise asks, and does not answer
    less = lambda heading: .6 if re.match(r'\w+\.\d+ ', heading) else 1
    return [(href, title, heading, flat(text), also.pop(href, ''), weight*less(heading))
            for href,heading,text in found]


def add_search(site, soups, main, from_npm):
    """A box in each page, and what it needs, in place of smalldocs' own.

    The pages in `main` come before others"""
    for soup in soups.values():
        quarto = soup.select_one('#quarto-search')
        quarto.replace_with(BeautifulSoup(box, 'html.parser'))
        soup.select_one('script[src*="fuse"]').decompose()
        soup.head.append(soup.new_tag('script', src='site_libs/search.js', defer=''))
    lines = (here/'words.txt').read_text().splitlines()
    also = dict(line.split(' | ') for line in lines)
    every = [section for page,soup in soups.items()
             for section in sections(page, soup, also, 1 if page in main else .7)]
    if also: raise SystemExit('tools/site/words.txt has words for sections that are '
                              f'not there: {[*also]}')
    text = json.dumps(every, ensure_ascii=False)
    (site/'search.js').write_text(f'window.bookSections = {text}\n')
    (site/'search.json').unlink()
    shutil.rmtree(site/'site_libs'/'fuse')
    shutil.copy(here/'search.js', site/'site_libs')
    with tempfile.TemporaryDirectory() as tmp:
        from_npm(minisearch, tmp)
        script = Path(tmp)/'package'/'dist'/'umd'/'index.js'
        shutil.copy(script, site/'site_libs'/'minisearch.js')
