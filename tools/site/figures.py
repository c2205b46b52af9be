"""How long each page of docs/ is, and what a reader sees of it: `make figures`. With --check, exit 1 if a bar is broken.

Measured in Chromium, with every fold open, at the width of a desk (1280 px) and of a phone (390 px)."""
import argparse, re, sys
from pathlib import Path
from playwright.sync_api import sync_playwright
from chromium import launch, server
from pages import moved, sentence

root = Path(__file__).parent.parent.parent

# The most words before the heading "Summary": prose, code and outputs; a formula is one word.
words = dict(broadcasting=3000, forward=2200, backward=3800, module=2200, autograd=2400, check=2500, losses=3600,
             training=2500, normalization=1900, tape=1600)
chapters = ['data', *words, 'optimizers', 'digits']  # where the story has a picture, and is more prose than code
lesson = ['index', *chapters]  # where nothing may be cut at the right
code_share, picture = .5, 1.5  # of the height before the summary; in screens of 900 px

measure = """() => {
  const main = document.querySelector('main')
  document.querySelectorAll('main details').forEach(d => d.open = true)
  const top = e => e.getBoundingClientRect().top + scrollY
  const shown = e => e.getClientRects().length > 0
  const all = (what, from = main) => [...from.querySelectorAll(what)]

  const headings = all('h1, h2, h3, h4').filter(h => shown(h) && !h.closest('.toc-here'))
  const names = headings.map(h => h.textContent.trim())
  const summary = headings.find(h => h.textContent.trim() === 'Summary')
  const before = e => !summary || e.compareDocumentPosition(summary) & Node.DOCUMENT_POSITION_FOLLOWING

  const code = all('pre.sourceCode').filter(before).reduce((sum, e) => sum + e.getBoundingClientRect().height, 0)
  const end = summary ? top(summary) : main.getBoundingClientRect().bottom + scrollY

  const drawn = all('svg, img, canvas, .bx, [data-widget]').filter(e => shown(e) && !e.closest('.katex')
    && e.getBoundingClientRect().height > 40)  // no icon
  const cut = e => e.scrollWidth > e.clientWidth + 1

  const copy = document.createElement('div')
  const range = document.createRange()
  range.setStart(main, 0)
  summary ? range.setEndBefore(summary) : range.setEndAfter(main.lastChild)
  copy.append(range.cloneContents())
  const bare = '.toc-here, .notebook-links, .code-copy-button, script, style'
  all('.katex, ' + bare, copy).forEach(e => e.matches('.katex') ? e.replaceWith('x') : e.remove())
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
  for (const pre of document.querySelectorAll('main .cell-output pre:not(.sourceCode)')) {
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
        for (const word of part.matchAll(/\\S+/g)) {  // the space at which a line wraps may hang over the edge
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


def look(context, home, page, script):
    "What a script finds on a page"
    tab = context.new_page()
    tab.goto(f'{home}{page}.html', timeout=120_000)
    seen = tab.evaluate(script)
    tab.close()
    return seen


def figures(pages):
    "Page -> its figures"
    with sync_playwright() as playwright:
        browser, home, seen = launch(playwright), server(root/'docs'), {}
        desk, phone = [browser.new_context(viewport=dict(width=width, height=900)) for width in (1280, 390)]
        for page in pages:
            seen[page] = s = look(desk, home, page, measure)
            s['sentences'] = [line for line in look(phone, home, page, cut_lines) if sentence(line) is not None]
            s['private'] = [name for name in s['names'] if re.search(r'(^|\.)_(?!_)\w', name)]
            # "Many units: lin", and right under it "lin", say the same
            s['repeated'] = [a for a,b in zip(s['names'], s['names'][1:]) if a.split(': ')[-1] == b]
        browser.close()
    return seen


def broken(page, s):
    "The bars that a page breaks, as sentences"
    if page in words:
        if not s['summary']: yield 'no heading "Summary"'
        if s['words'] > words[page]: yield f'{s["words"]:,} words before the summary, and not {words[page]:,}'
    if page in chapters:
        if s['code'] > code_share: yield f'{s["code"]:.0%} of the height before the summary is code'
        if s['picture'] is None: yield 'no picture'
        elif s['picture'] > picture: yield f'the first picture is {s["picture"]:.1f} screens down'
    if page in lesson and s['cut']: yield f'{s["cut"]} of {s["blocks"]} blocks are cut at the right at 1280 px'
    for line in s['sentences']: yield f'cut at 390 px: {line.strip()[:80]}'
    for name in s['private']: yield f'a heading for a private name: {name}'
    for name in s['repeated']: yield f'two headings in a row: {name}'


def table(seen):
    "One row a page, and a sum"
    row = '{:<14}{:>7}{:>7}{:>7}{:>9}{:>13}{:>11}{:>9}{:>10}'.format
    print(row('page', 'words', 'bar', 'code', 'picture', 'blocks cut', 'sentences', 'private', 'repeated'))
    for page,s in seen.items():
        shown = '-' if s['picture'] is None else f'{s["picture"]:.1f}'
        count = f'{s["words"]:,}' + ('' if s['summary'] else '*')
        print(row(page, count, f'{words[page]:,}' if page in words else '', f'{s["code"]:.0%}', shown,
                  f'{s["cut"]} of {s["blocks"]}', len(s['sentences']), len(s['private']), len(s['repeated'])))
    total = lambda name: sum(len(s[name]) for s in seen.values())
    print(row('all', '', '', '', '', f'{sum(s["cut"] for s in seen.values())} of {sum(s["blocks"] for s in seen.values())}',
              total('sentences'), total('private'), total('repeated')))
    print('* no heading "Summary": the whole page. Words and code: up to the summary. Picture: screens of 900 px above it.')


def main():
    parser = argparse.ArgumentParser(description='Words, code, pictures and what is cut, page by page, from docs/')
    parser.add_argument('pages', nargs='*', help='names of pages, such as backward (all)')
    parser.add_argument('--check', action='store_true', help='exit 1 if a page breaks a bar')
    parser.add_argument('--sentences', action='store_true', help='print each sentence that is cut')
    args = parser.parse_args()
    pages = args.pages or sorted(f.stem for f in (root/'docs').glob('*.html') if f.name not in moved)
    unknown = [p for p in {*pages, *lesson} if not (root/'docs'/f'{p}.html').is_file()]
    if unknown: raise SystemExit(f'no such page in docs/: {", ".join(sorted(unknown))}')
    seen = figures(pages)
    table(seen)
    if args.sentences: print(*[f'{page}: {line}' for page,s in seen.items() for line in s['sentences']], sep='\n')
    wrong = [f'{page}: {line}' for page,s in seen.items() for line in broken(page, s)]
    if args.check:
        print(*wrong, f'{len(wrong)} bars broken' if wrong else 'every bar holds', sep='\n')
        sys.exit(bool(wrong))


if __name__ == '__main__': main()
