"""Every page of docs/ in Chromium, as a reader finds it: `make browse`.

Each page is opened from a local server on a phone and from disk on a desk, and then
changes its theme and width under the reader. SCREENSHOTS=folder keeps pictures."""
import os, re, sys, tempfile
from pathlib import Path
from urllib.parse import unquote, urldefrag
from playwright.sync_api import sync_playwright
from boxes import boxes
from chromium import launch, server
from faults import counts, docs, wrong
from pages import from_npm, moved
from widgets import backward, differences, drawing, explorer, kills, race, tape

look = """async () => {
  const frame = () => new Promise(requestAnimationFrame)
  await frame(); await frame()  // what changes with the width has changed
  await Promise.all([...document.images].map(i => {
    i.loading = 'eager'
    return i.decode().catch(() => {})
  }))
  const all = what => [...document.querySelectorAll(what)]
  const text = document.body.cloneNode(true)
  text.querySelectorAll('.katex, script, style, pre, code').forEach(e => e.remove())
  const width = document.documentElement.clientWidth
  const hides = e => getComputedStyle(e).overflowX !== 'visible'
  const clipped = e => e.closest('main') && e !== e.closest('main') &&
    (hides(e) || clipped(e.parentElement))
  const sticksOut = e => e.getBoundingClientRect().right > width + 1 &&
    e.clientWidth && !clipped(e.parentElement)
  const wide = all('main, main *:not(.katex *)').find(sticksOut)
  const slides = e => e !== e.closest('main') &&
    (e.scrollWidth > e.clientWidth + 1 && hides(e) || slides(e.parentElement))
  const natural = e => parseFloat(
    e.closest('.slides').style.getPropertyValue('--natural'))
  const pictures = [...document.images].filter(i => i.closest('main'))
  const outside = e => e.getBoundingClientRect().bottom > innerHeight + 1
  const menu = document.querySelector('#quarto-sidebar')
  const before = menu.scrollTop
  menu.scrollTop = 1e6
  const cut = [...menu.querySelectorAll('a')].filter(outside).length
  menu.scrollTop = before
  return {
    'the menu cannot be scrolled to its end': cut,
    'a filler sentence':
      document.body.textContent.includes('Call self as a function'),
    'empty outputs': all('.cell-output').filter(
      e => !e.textContent.trim() && !e.querySelector('img, svg')).length,
    'empty contents': all('#TOC, .toc-here').filter(
      e => !e.querySelector('a')).length,
    'a number broken at its dot': all('main :is(h2, h3, h4) wbr').filter(
      e => /\\d\\.$/.test(e.previousSibling.textContent)).length,
    'pictures larger than on a desk': all('.slides :is(img, svg)').filter(
      e => width < 600 && e.clientWidth > Math.max(natural(e), width) + 1).length,
    wide: wide ? wide.outerHTML.slice(0, 80) :
      document.documentElement.scrollWidth > width ? 'the page' : '',
    tex: (text.textContent.match(
      /\\\\\\(|\\\\\\[|\\$\\$|\\\\frac|\\\\partial/) || [''])[0],
    formulas: all('.katex').length,
    failed: all('.katex-error').length,
    lost: width < 600 && document.querySelector('#TOC') &&
      !document.querySelector('.toc-here, #fig-home'),
    dragged: all('main figcaption').filter(e => slides(e.parentElement)).length,
    idle: all('main [tabindex="0"]:not(input, button, a, [role])').filter(
      e => e.scrollWidth <= e.clientWidth + 1 &&
        e.scrollHeight <= e.clientHeight + 1).length,
    high: document.querySelector('#quarto-header').offsetHeight > 60,
    placeless: pictures.filter(
      i => !i.getAttribute('width') || !i.getAttribute('height')).length,
    mute: pictures.filter(i => !i.alt.trim()).length,
    blurred: pictures.filter(i => i.naturalWidth < 1.5*i.clientWidth).length,
    broken: pictures.filter(i => !i.naturalWidth).length,
    links: all('a[href]').map(a => a.href),
    ids: all('[id]').map(e => e.id),
  }
}"""


print_wrong = """() => {
  dispatchEvent(new Event('beforeprint'))
  const shown = e => e.getClientRects().length > 0
  const all = what => [...document.querySelectorAll(what)]
  const lost = all('main pre code span').filter(
    e => e.textContent.trim() && !shown(e) && !e.closest('.on-screen')).length
  const rgb = getComputedStyle(document.body).color.match(/[\\d.]+/g)
  const pale = rgb.slice(0, 3).some(c => c > 128)
  const touched = 'main button, main input, main select, ' +
    '#quarto-header, #quarto-sidebar'
  const controls = all(touched).filter(shown).length
  dispatchEvent(new Event('afterprint'))
  return [lost && `${lost} pieces of code are not printed`,
          controls && `${controls} controls are printed`,
          pale && 'what is printed is pale'].filter(Boolean)
}"""


# style sheets are not fetched again, which a page from disk may not do
run_axe = "axe.run(document, {resultTypes: ['violations'], preload: false})"


def watch(page, home, name):
    "Note what the page complains about, and what it asks of others"
    note = lambda what: wrong.append(f'{name}: {what}')
    ours = lambda r: r.url.startswith((home, 'data:', 'blob:'))
    page.on('console', lambda m: m.type == 'error' and note(f'console: {m.text}'))
    page.on('pageerror', lambda e: note(f'script: {e}'))
    page.on('requestfailed', lambda r: note(f'no answer: {r.url}'))
    page.on('response', lambda r: r.status >= 400 and note(f'{r.status}: {r.url}'))
    page.on('request', lambda r: ours(r) or note(f'another host: {r.url}'))


def visit(context, url, name, more, axe, shots):
    """Open one page, look at it, and say what is on it.

    Then again in `more` pairs of theme and width, without a new load"""
    page = context.new_page()
    watch(page, url.rpartition('/')[0] + '/', name)
    page.goto(url)
    page.wait_for_load_state('load')
    seen = inspect(page, name)
    page.evaluate(axe)
    found = page.evaluate(run_axe)
    for v in found['violations']:
        first,*others = v['nodes']
        wrong.append(f'{name}: axe: {v["id"]}: {first["target"]} '
                     f'and {len(others)} more')
    page.emulate_media(media='print')
    wrong.extend(f'{name}: {what}' for what in page.evaluate(print_wrong))
    page.emulate_media(media='screen')
    if shots: picture(page, name, shots)
    for theme,width in more:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size(dict(width=width, height=900))
        inspect(page, f'{name}, then {theme} {width}')
        if shots: picture(page, f'{name} {theme} {width}', shots)
    page.close()
    return seen


def inspect(page, name):
    "What `look` sees now; what should not be there is noted"
    seen = page.evaluate(look)
    for what in [what for what in seen if what not in ('formulas', 'links', 'ids')]:
        if seen[what]: wrong.append(f'{name}: {what}: {seen[what]}')
    counts['looks'] += 1
    return seen


def picture(page, name, shots):
    page.screenshot(path=f'{shots}/{re.sub("[^a-z0-9]+", "-", name)}.png',
                    full_page=True)


def check_links(home, seen):
    "Each link to a page of the site leads to a page, and each anchor to an element"
    ids = {urldefrag(url)[0]: set(s['ids']) for url,s in seen.items()}
    for url,s in seen.items():
        for link in set(s['links']):
            target,anchor = urldefrag(link)
            if not target.startswith(home): continue
            counts['links'] += 1
            file = docs/unquote(target.removeprefix(home) or 'index.html')
            if not file.is_file(): wrong.append(f'{url}: leads nowhere: {link}')
            elif anchor and unquote(anchor) not in ids.get(target, ()):
                wrong.append(f'{url}: no such anchor: {link}')


def search(context, home):
    """The search finds the page on broadcasting, by keyboard.

    It says to a screen reader what is chosen"""
    page = context.new_page()
    page.goto(home + 'digits.html')
    page.keyboard.press('/')
    # at once: letter by letter, the list might still change
    page.keyboard.insert_text('broadcasting')
    page.wait_for_selector('#found a')
    page.keyboard.press('ArrowDown')
    chosen = page.get_attribute('#search', 'aria-activedescendant')
    if page.get_attribute(f'#{chosen}', 'aria-selected') != 'true':
        wrong.append(f'{home}: search: {chosen} is not selected')
    page.keyboard.press('Enter')
    page.wait_for_url(re.compile('.*/broadcasting.html.*'))
    if page.viewport_size['width'] == 1280: queries(context, home)
    page.close()


def queries(context, home):
    """What people type finds a page that answers, among the first three.

    What is nowhere in the book finds nothing"""
    page = context.new_page()
    page.goto(home + 'symbols.html')
    note = lambda what: wrong.append(f'{home}: search: {what}')
    listed = 'typed => document.getElementById("found").dataset.for === typed'
    hrefs = 'all => all.map(a => a.getAttribute("href"))'

    def found(typed):
        page.fill('#search', typed)
        page.wait_for_function(listed, arg=typed)
        return page.eval_on_selector_all('#found a', hrefs)
    for line in (Path(__file__).parent/'queries.txt').read_text().splitlines():
        typed, answers = line.split(' | ')
        hits = [href.replace('.html', '') for href in found(typed)[:3]]
        if not {*hits, *[hit.partition('#')[0] for hit in hits]} & set(answers.split()):
            note(f'{typed}: {hits}, and not {answers}')
        counts['queries'] += 1
    texts = page.evaluate('bookSections.map(s => s[3])')
    if not any('∂L/∂w' in t for t in texts) or any('AUTOGENERATED' in t for t in texts):
        note('odd text')
    if hits := found('hello'): note(f'hello found {hits}')
    if not page.is_visible('#found-how-many a'): note('nothing found, and no way on')
    if not found('gradient') or not found('gradient xyzzy'):
        note('an unknown word empties the list')
    page.close()


def walk(browser, home, first, more, files, axe, shots):
    "Every page of a home, at the first theme and width and then at more; the widgets"
    theme,width = first
    context = browser.new_context(color_scheme=theme, device_scale_factor=1,
                                  viewport=dict(width=width, height=900))
    where = f'{home.split(":")[0]} {theme} {width}'
    seen = {home+f: visit(context, home+f, f'{f} {where}', more, axe, shots)
            for f in files}
    check_links(home, seen)
    for play in search, explorer, backward, tape, race, differences, kills, boxes, \
            drawing: play(context, home)
    context.close()
    print(where, *dict.fromkeys(wrong), sep='\n', flush=True)


phone = ('dark', 390), [('light', 390), ('light', 1280)]
desk = ('light', 1280), [('dark', 1280), ('dark', 1600)]


def main():
    shots = os.environ.get('SCREENSHOTS')
    if shots: Path(shots).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as tmp:
        from_npm('axe-core@4.14.1', tmp)
        axe = (Path(tmp)/'package'/'axe.min.js').read_text()
    files = sorted(f.name for f in docs.glob('*.html')
                   if f.name not in (*moved, '404.html'))
    wrong.extend(f'{f}: more than 600 KB' for f in files
                 if (docs/f).stat().st_size > 600_000)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        walk(browser, server(docs), *phone, files, axe, shots)
        walk(browser, docs.as_uri() + '/', *desk, files, axe, shots)
        browser.close()
    counts['pages'] = len(files)
    print(*dict.fromkeys(wrong), sep='\n')
    print(*[f'{n} {what}' for what,n in counts.items()], sep=', ')
    sys.exit(bool(wrong))


if __name__ == '__main__': main()
