"""How long each page of docs/ is, and what a reader sees of it: `make figures`.

With --check, exit 1 if a bar is broken. Measured in Chromium, with every fold open, at
the width of a desk (1280 px) and of a phone (390 px)."""
import argparse, re, sys
from pathlib import Path
from playwright.sync_api import sync_playwright
from chromium import launch, server
from pages import moved, sentence

root = Path(__file__).parent.parent.parent

# The most words before "Summary": prose, code and outputs; a formula is one word.
words = dict(broadcasting=3000, forward=2200, backward=3800, module=2200, autograd=2400,
             check=2500, losses=3600, training=2500, normalization=1900, tape=1600)
# where the story has a picture, and is more prose than code
chapters = ['data', *words, 'optimizers', 'digits']
lesson = ['index', *chapters]  # where nothing may be cut at the right
code_share, picture = .5, 1.5  # of the height before the summary; in screens of 900 px

measure = """() => {
  const main = document.querySelector('main')
  document.querySelectorAll('main details').forEach(d => d.open = true)
  const top = e => e.getBoundingClientRect().top + scrollY
  const shown = e => e.getClientRects().length > 0
  const all = (what, from = main) => [...from.querySelectorAll(what)]

  const headings = all('h1, h2, h3, h4')
    .filter(h => shown(h) && !h.closest('.toc-here'))
  const names = headings.map(h => h.textContent.trim())
  const summary = headings.find(h => h.textContent.trim() === 'Summary')
  const before = e => !summary
    || e.compareDocumentPosition(summary) & Node.DOCUMENT_POSITION_FOLLOWING

  const height = e => e.getBoundingClientRect().height
  const code = all('pre.sourceCode').filter(before)
    .reduce((sum, e) => sum + height(e), 0)
  const end = summary ? top(summary) : main.getBoundingClientRect().bottom + scrollY

  const drawn = all('svg, img, canvas, .bx, [data-widget]')
    .filter(e => shown(e) && !e.closest('.katex') && height(e) > 40)  // no icon
  const cut = e => e.scrollWidth > e.clientWidth + 1

  const copy = document.createElement('div')
  const range = document.createRange()
  range.setStart(main, 0)
  summary ? range.setEndBefore(summary) : range.setEndAfter(main.lastChild)
  copy.append(range.cloneContents())
  const bare = '.toc-here, .notebook-links, .code-copy-button, script, style'
  all('.katex', copy).forEach(e => e.replaceWith('x'))
  all(bare, copy).forEach(e => e.remove())
  document.body.append(copy)
  const text = copy.innerText
  copy.remove()
  return {
    names,
    words: text.split(/\\s+/).filter(Boolean).length,
    summary: !!summary,
    code: code/(end - top(main)),
    picture: drawn.length ? Math.min(...drawn.map(top))/900 : null,
    blocks: all('pre').filter(shown).length,
    cut: all('pre').filter(e => shown(e) && cut(e)).length,
  }
}"""

# The lines of each output that reach beyond its right edge.
cut_lines = """() => {
  document.querySelectorAll('main details').forEach(d => d.open = true)
  const found = []
  const outputs = document.querySelectorAll('main .cell-output pre:not(.sourceCode)')
  for (const pre of outputs) {
    if (pre.scrollWidth <= pre.clientWidth + 1) continue
    const edge = pre.getBoundingClientRect().right + 1
    const walker = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT)
    const range = document.createRange()
    let line = '', over = false
    const close = () => { if (over) found.push(line); line = ''; over = false }
    for (let node; node = walker.nextNode();) {
      let start = 0
      for (const part of node.data.split('\\n')) {
        if (start) close()
        // the space at which a line wraps may hang over the edge
        for (const word of part.matchAll(/\\S+/g)) {
          range.setStart(node, start + word.index)
          range.setEnd(node, start + word.index + word[0].length)
          over ||= [...range.getClientRects()].some(r => r.right > edge)
        }
        line += part
        start += part.length + 1
      }
    }
    close()
  }
  return found
}"""


def look(browser, url):
    "What a page measures on a desk, and the lines that are cut on a phone"
    tab = browser.new_page(viewport=dict(width=1280, height=900))
    tab.goto(url, timeout=120_000)
    seen = tab.evaluate(measure)
    tab.set_viewport_size(dict(width=390, height=900))
    cut = tab.evaluate(cut_lines)
    tab.close()
    return seen, cut


def figures(pages):
    "Page -> its figures"
    with sync_playwright() as playwright:
        browser, home, seen = launch(playwright), server(root/'docs'), {}
        for page in pages:
            seen[page],cut = look(browser, f'{home}{page}.html')
            s,names = seen[page], seen[page]['names']
            s['sentences'] = [line for line in cut if sentence(line) is not None]
            private = re.compile(r'(^|\.)_(?!_)\w')
            s['private'] = [name for name in names if private.search(name)]
            # "Many units: lin", and right under it "lin", say the same
            s['repeated'] = [under for name,under in zip(names, names[1:])
                             if name.split(': ')[-1] == under]
        browser.close()
    return seen


def broken(page, s):
    "The bars that a page breaks, as sentences"
    if page in words:
        if not s['summary']: yield 'no heading "Summary"'
        if s['words'] > words[page]:
            yield f'{s["words"]:,} words before the summary, and not {words[page]:,}'
    if page in chapters:
        if s['code'] > code_share:
            yield f'{s["code"]:.0%} of the height before the summary is code'
        if s['picture'] is None: yield 'no picture'
        elif s['picture'] > picture:
            yield f'the first picture is {s["picture"]:.1f} screens down'
    if page in lesson and s['cut']:
        yield f'{s["cut"]} of {s["blocks"]} blocks are cut at the right at 1280 px'
    for line in s['sentences']: yield f'cut at 390 px: {line.strip()[:80]}'
    for name in s['private']: yield f'a heading for a private name: {name}'
    for name in s['repeated']: yield f'two headings in a row: {name}'


def table(seen):
    "One row a page, and a sum"
    row = '{:<14}{:>7}{:>7}{:>7}{:>9}{:>13}{:>11}{:>9}{:>10}'.format
    print(row('page', 'words', 'bar', 'code', 'picture', 'blocks cut', 'sentences',
              'private', 'repeated'))
    lists = 'sentences', 'private', 'repeated'
    for page,s in seen.items():
        shown = '-' if s['picture'] is None else f'{s["picture"]:.1f}'
        count = f'{s["words"]:,}' + ('' if s['summary'] else '*')
        bar = f'{words[page]:,}' if page in words else ''
        print(row(page, count, bar, f'{s["code"]:.0%}', shown,
                  f'{s["cut"]} of {s["blocks"]}', *[len(s[name]) for name in lists]))
    cut, blocks = [sum(s[name] for s in seen.values()) for name in ('cut', 'blocks')]
    total = [sum(len(s[name]) for s in seen.values()) for name in lists]
    print(row('all', '', '', '', '', f'{cut} of {blocks}', *total))
    print('* no heading "Summary": the whole page. Words and code: up to the summary. '
          'Picture: screens of 900 px above it.')


def main():
    parser = argparse.ArgumentParser(
        description='Words, code, pictures and what is cut, page by page, from docs/')
    add = parser.add_argument
    add('pages', nargs='*', help='names of pages, such as backward (all)')
    add('--check', action='store_true', help='exit 1 if a page breaks a bar')
    add('--sentences', action='store_true', help='print each sentence that is cut')
    args = parser.parse_args()
    every = [f.stem for f in (root/'docs').glob('*.html') if f.name not in moved]
    pages = args.pages or sorted(every)
    unknown = [p for p in {*pages, *lesson} if not (root/'docs'/f'{p}.html').is_file()]
    if unknown: raise SystemExit(f'no such page in docs/: {", ".join(sorted(unknown))}')
    seen = figures(pages)
    table(seen)
    if args.sentences:
        for page,s in seen.items():
            for line in s['sentences']: print(f'{page}: {line}')
    wrong = [f'{page}: {line}' for page,s in seen.items() for line in broken(page, s)]
    if args.check:
        end = f'{len(wrong)} bars broken' if wrong else 'every bar holds'
        print(*wrong, end, sep='\n')
        sys.exit(bool(wrong))


if __name__ == '__main__': main()
