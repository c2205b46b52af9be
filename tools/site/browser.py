"""Every page of docs/ in Chromium, as a reader finds it: `make browse`. SCREENSHOTS=folder keeps pictures.

Each page is opened from a local server and from disk, in both themes, at the widths of two desks and of a phone."""
import os, re, sys, tempfile
from itertools import product
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin
import torch
from minibackprop import explain_broadcast, forward_and_backward, lin, lin_grad, mse, mse_grad, relu, relu_grad
from playwright.sync_api import sync_playwright
from chromium import launch, server
from pages import from_npm

docs = Path(__file__).parent.parent.parent/'docs'
wrong, counts = [], dict(pages=0, loads=0, links=0, queries=0, shapes=0, numbers=0)

look = """async () => {
  await Promise.all([...document.images].map(i => { i.loading = 'eager'; return i.decode().catch(() => {}) }))
  const text = document.body.cloneNode(true)
  text.querySelectorAll('.katex, script, style, pre, code').forEach(e => e.remove())
  const width = document.documentElement.clientWidth
  const clipped = e => e.closest('main') && e !== e.closest('main') &&
    (getComputedStyle(e).overflowX !== 'visible' || clipped(e.parentElement))
  const sticksOut = e => e.getBoundingClientRect().right > width + 1 && e.clientWidth && !clipped(e.parentElement)
  const wide = [...document.querySelectorAll('main, main *:not(.katex *)')].find(sticksOut)
  const pictures = [...document.images].filter(i => i.closest('main'))
  return {
    wide: wide ? wide.outerHTML.slice(0, 80) : document.documentElement.scrollWidth > width ? 'the page' : '',
    tex: (text.textContent.match(/\\\\\\(|\\\\\\[|\\$\\$|\\\\frac|\\\\partial/) || [''])[0],
    formulas: document.querySelectorAll('.katex').length,
    failed: document.querySelectorAll('.katex-error').length,
    idle: [...document.querySelectorAll('main [tabindex="0"]:not(input, button, a, [role])')].filter(
      e => e.scrollWidth <= e.clientWidth + 1 && e.scrollHeight <= e.clientHeight + 1).length,
    high: document.querySelector('#quarto-header').offsetHeight > 60,
    placeless: pictures.filter(i => !i.getAttribute('width') || !i.getAttribute('height')).length,
    mute: pictures.filter(i => !i.alt.trim()).length,
    blurred: pictures.filter(i => i.naturalWidth < 1.5*i.clientWidth).length,
    broken: pictures.filter(i => !i.naturalWidth).length,
    links: [...document.querySelectorAll('a[href]')].map(a => a.href),
    ids: [...document.querySelectorAll('[id]')].map(e => e.id),
  }
}"""


print_wrong = """() => {
  dispatchEvent(new Event('beforeprint'))
  const shown = e => e.getClientRects().length > 0
  const all = what => [...document.querySelectorAll(what)]
  const lost = all('main pre code span').filter(e => e.textContent.trim() && !shown(e) && !e.closest('.on-screen')).length
  const controls = all('main button, main input, main select, #quarto-header, #quarto-sidebar').filter(shown).length
  dispatchEvent(new Event('afterprint'))
  return [lost && `${lost} pieces of code are not printed`, controls && `${controls} controls are printed`].filter(Boolean)
}"""


def watch(page, home, name):
    "Note what the page complains about, and what it asks of others"
    page.on('console', lambda m: m.type == 'error' and wrong.append(f'{name}: console: {m.text}'))
    page.on('pageerror', lambda e: wrong.append(f'{name}: script: {e}'))
    page.on('requestfailed', lambda r: wrong.append(f'{name}: no answer: {r.url}'))
    page.on('response', lambda r: r.status >= 400 and wrong.append(f'{name}: {r.status}: {r.url}'))
    ours = lambda r: r.url.startswith((home, 'data:', 'blob:'))
    page.on('request', lambda r: ours(r) or wrong.append(f'{name}: another host: {r.url}'))


def visit(context, home, file, name, axe, shots):
    "Open one page, look at it, and say what is on it"
    page = context.new_page()
    watch(page, home, name)
    page.goto(home + file)
    page.wait_for_load_state('load')
    seen = page.evaluate(look)
    for what in 'wide', 'tex', 'failed', 'idle', 'high', 'placeless', 'mute', 'blurred', 'broken':
        if seen[what]: wrong.append(f'{name}: {what}: {seen[what]}')
    if axe:
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")['violations']
        for v in found:
            line = f'{name}: axe: {v["impact"]}: {v["id"]}: {v["nodes"][0]["target"]} and {len(v["nodes"])-1} more'
            if v['impact'] != 'minor': wrong.append(line)
            else: minor.add(f'{v["impact"]}: {v["id"]}')
    if axe:
        page.emulate_media(media='print')
        wrong.extend(f'{name}: {what}' for what in page.evaluate(print_wrong))
        page.emulate_media(media='screen')
    if shots: page.screenshot(path=f'{shots}/{re.sub("[^a-z0-9]+", "-", name)}.png', full_page=True)
    page.close()
    counts['loads'] += 1
    return seen


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
            elif anchor and unquote(anchor) not in ids.get(target, ()): wrong.append(f'{url}: no such anchor: {link}')


def search(context, home):
    "The search finds the page on broadcasting, by keyboard, and says to a screen reader what is chosen"
    page = context.new_page()
    page.goto(home + 'digits.html')
    page.keyboard.press('/')
    page.keyboard.insert_text('broadcasting')  # at once: letter by letter, the list might still change
    page.wait_for_selector('#found a')
    page.keyboard.press('ArrowDown')
    chosen = page.get_attribute('#search', 'aria-activedescendant')
    if page.get_attribute(f'#{chosen}', 'aria-selected') != 'true': wrong.append(f'{home}: search: {chosen} is not selected')
    page.keyboard.press('Enter')
    page.wait_for_url(re.compile('.*/broadcasting.html.*'))
    if page.viewport_size['width'] == 1280: queries(context, home)
    page.close()


def queries(context, home):
    "What people type finds a page that answers, among the first three; and what is nowhere in the book, nothing"
    page = context.new_page()
    page.goto(home + 'symbols.html')

    def found(typed):
        page.fill('#search', typed)
        page.wait_for_function('typed => document.getElementById("found").dataset.for === typed', arg=typed)
        return page.eval_on_selector_all('#found a', 'all => all.map(a => a.getAttribute("href"))')
    for line in (Path(__file__).parent/'queries.txt').read_text().splitlines():
        typed, answers = line.split(' | ')
        pages = [href.partition('.html')[0] for href in found(typed)[:3]]
        if not set(pages) & set(answers.split()): wrong.append(f'{home}: search: {typed}: {pages}, and not {answers}')
        counts['queries'] += 1
    if hits := found('hello'): wrong.append(f'{home}: search: hello found {hits}')
    if not found('gradient') or not found('gradient xyzzy'): wrong.append(f'{home}: search: an unknown word empties the list')
    page.close()


def retype(page, text):
    "Replace what is in the field that has the focus, by keyboard"
    page.keyboard.press('Control+A')
    page.keyboard.press('Delete')
    page.keyboard.type(text)


def explorer(context, home):
    "The broadcasting explorer says what explain_broadcast says"
    page = context.new_page()
    page.goto(home + 'broadcasting.html')
    for shapes in (((3,1), (3,)), ((64,1,28,28), (32,1,28), (28,)), ((64,784), (50,1)), ((), (2,3)), ((5,0), (1,)),
                   ((2,3), (3,2))):
        page.focus('#bx-t1')
        for shape in (*shapes, '')[:3]:
            retype(page, str(shape))
            page.keyboard.press('Tab')
        right = explain_broadcast(*shapes)
        said = page.eval_on_selector_all('.bx-sentences li', 'all => all.map(e => e.textContent)')
        found = page.get_attribute('#bx-root', 'data-shape')
        if found != str('clash' if right.shape is None else right.shape) or said != right.sentences():
            wrong.append(f'{home}: explorer: {shapes}: {found} {said}, and not {right!r}')
        counts['shapes'] += 1
    page.focus('#bx-t1')
    retype(page, 'three')
    if page.get_attribute('#bx-root', 'data-shape') != 'invalid' or page.input_value('#bx-t1') != 'three':
        wrong.append(f'{home}: explorer: a word passes for a shape, or is lost')
    page.close()


def tiny_pass(given):
    "What the stepper shows, by the library: name -> tensor"
    inp,targ,w1,b1,w2,b2 = [given[n] for n in ('inp', 'targ', 'w1', 'b1', 'w2', 'b2')]
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    loss = mse(out, targ)
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1, inp_grad=False)
    grads = {f'{n}.g': t.g for n,t in dict(w1=w1, b1=b1, l1=l1, l2=l2, w2=w2, b2=b2, out=out).items()}
    again = {n: t.clone() for n,t in given.items()}
    same = forward_and_backward(*[again[n] for n in ('inp', 'targ', 'w1', 'b1', 'w2', 'b2')])
    assert same == loss and all(torch.equal(again[n].g, given[n].g) for n in ('w1', 'b1', 'w2', 'b2'))
    return dict(given, l1=l1, l2=l2, out=out, loss=loss, **grads)


def stepper(context, home):
    "The backprop stepper shows the numbers of forward_and_backward, before and after a weight is changed"
    page = context.new_page()
    page.goto(home + 'backward.html')

    def shown():
        cells = page.eval_on_selector_all('#st-root td[data-tensor]', """all => all.map(
            e => [e.dataset.tensor, +e.dataset.row, +e.dataset.col, e.dataset.value])""")
        tables = {}
        for name,i,j,value in cells: tables.setdefault(name, {})[i,j] = float(value or 'nan')
        table = lambda t: [[t[i,j] for j in sorted({j for _,j in t})] for i in sorted({i for i,_ in t})]
        return {n: torch.tensor(table(t), dtype=torch.float64) for n,t in tables.items()}

    def compare(when):
        found = shown()
        flat = {n: found[n][0] if n in ('b1', 'b2') else found[n] for n in ('inp', 'targ', 'w1', 'b1', 'w2', 'b2')}
        for name,t in tiny_pass(flat).items():
            counts['numbers'] += t.numel()
            if not torch.allclose(found[name].flatten(), t.flatten(), rtol=1e-12, atol=1e-14):
                wrong.append(f'{home}: stepper, {when}: {name} is {found[name]}, and by the library {t}')
    if not shown()['l1'].isnan().all(): wrong.append(f'{home}: stepper: numbers are there before the first step')
    page.focus('#st-step')
    for _ in range(int(page.get_attribute('#st-root', 'data-steps'))): page.keyboard.press('Enter')
    compare('at the end')
    for label,number in ('w1 row 1 column 2', '-1.25'), ('w2 row 2 column 1', '0.4'), ('inp row 2 column 1', '3'):
        page.get_by_label(label, exact=True).focus()
        retype(page, number)
        compare(f'{label} = {number}')
    page.close()


def main():
    shots = os.environ.get('SCREENSHOTS')
    if shots: Path(shots).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as tmp, sync_playwright() as playwright:
        from_npm('axe-core@4.14.1', tmp)
        axe = (Path(tmp)/'package'/'axe.min.js').read_text()
        browser = launch(playwright)
        files = sorted(f.name for f in docs.glob('*.html'))
        counts['pages'] = len(files)
        wrong.extend(f'{f}: more than 600 KB' for f in files if (docs/f).stat().st_size > 600_000)
        for home,theme,width in product((server(docs), docs.as_uri() + '/'), ('light', 'dark'), (1280, 1600, 390)):
            context = browser.new_context(color_scheme=theme, viewport=dict(width=width, height=900), device_scale_factor=1)
            where = f'{home.split(":")[0]} {theme} {width}'
            once = home.startswith('http') and width != 1600
            seen = {home+f: visit(context, home, f, f'{f} {where}', once and axe, once and shots) for f in files}
            if width == 1280 and theme == 'light': check_links(home, seen)
            for play in search, explorer, stepper: play(context, home)
            context.close()
            print(where, flush=True)
        browser.close()
    print(*dict.fromkeys(wrong), sep='\n')
    print(*[f'{n} {what}' for what,n in counts.items()], f'less serious: {sorted(minor) or "nothing"}', sep=', ')
    sys.exit(bool(wrong))


minor = set()
if __name__ == '__main__': main()
