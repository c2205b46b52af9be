"""Every page of docs/ in Chromium, as a reader finds it: `make browse`. SCREENSHOTS=folder keeps pictures.

Each page is opened from a local server and from disk, in both themes, at the widths of two desks and of a phone."""
import math, os, re, sys, tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin
import numpy as np
import torch
from mpmath import cos, mpf, sin, workdps
from minibackprop import (Adam, Lin, Model, SGD, explain_broadcast, forward_and_backward, lin, lin_grad,
                          load_mnist, mse, mse_grad, relu, relu_grad, softmax)
from minibackprop.checking.mutants import kill_matrix
from minibackprop.digits import _centre
from minibackprop.exercises.judges import _chapters, _exercises, _verdict
from minibackprop.exercises.values import _made
from minibackprop.exercises.notebooks import _imports, read_exercises
from minibackprop.tape import Var, _history
from playwright.sync_api import sync_playwright
from weights import answered, load
from chromium import launch, server
from exercises import knows
from pages import from_npm, moved

two = [(.3, .35), (.36, .24), (.5, .2), (.62, .25), (.66, .36), (.6, .5), (.45, .65), (.3, .8), (.5, .8), (.72, .8)]
docs = Path(__file__).parent.parent.parent/'docs'
wrong, counts = [], dict(pages=0, loads=0, links=0, queries=0, shapes=0, numbers=0)
counts |= {'answers': 0, 'spoiled answers': 0, 'that hear another sentence': 0}

look = """async () => {
  await Promise.all([...document.images].map(i => { i.loading = 'eager'; return i.decode().catch(() => {}) }))
  const text = document.body.cloneNode(true)
  text.querySelectorAll('.katex, script, style, pre, code').forEach(e => e.remove())
  const width = document.documentElement.clientWidth
  const clipped = e => e.closest('main') && e !== e.closest('main') &&
    (getComputedStyle(e).overflowX !== 'visible' || clipped(e.parentElement))
  const sticksOut = e => e.getBoundingClientRect().right > width + 1 && e.clientWidth && !clipped(e.parentElement)
  const wide = [...document.querySelectorAll('main, main *:not(.katex *)')].find(sticksOut)
  const slides = e => e !== e.closest('main') &&
    (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible' || slides(e.parentElement))
  const pictures = [...document.images].filter(i => i.closest('main'))
  const outside = e => e.getBoundingClientRect().bottom > innerHeight + 1
  const menu = document.querySelector('#quarto-sidebar')
  const before = menu.scrollTop
  menu.scrollTop = 1e6
  const cut = [...menu.querySelectorAll('a')].filter(outside).length
  menu.scrollTop = before
  return {
    'the menu cannot be scrolled to its end': cut,
    'a filler sentence': document.body.textContent.includes('Call self as a function'),
    'empty outputs': [...document.querySelectorAll('.cell-output')].filter(e => !e.textContent.trim() && !e.querySelector('img, svg')).length,
    'empty contents': [...document.querySelectorAll('#TOC, .toc-here')].filter(e => !e.querySelector('a')).length,
    'a number broken at its dot': [...document.querySelectorAll('main :is(h2, h3, h4) wbr')].filter(
      e => /\\d\\.$/.test(e.previousSibling.textContent)).length,
    'pictures larger than on a desk': [...document.querySelectorAll('.slides :is(img, svg)')].filter(
      e => width < 600 && e.clientWidth > Math.max(parseFloat(e.closest('.slides').style.getPropertyValue('--natural')), width) + 1).length,
    wide: wide ? wide.outerHTML.slice(0, 80) : document.documentElement.scrollWidth > width ? 'the page' : '',
    tex: (text.textContent.match(/\\\\\\(|\\\\\\[|\\$\\$|\\\\frac|\\\\partial/) || [''])[0],
    formulas: document.querySelectorAll('.katex').length,
    failed: document.querySelectorAll('.katex-error').length,
    lost: width < 600 && document.querySelector('#TOC') && !document.querySelector('.toc-here, #fig-home'),
    dragged: [...document.querySelectorAll('main figcaption')].filter(e => slides(e.parentElement)).length,
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
  const rgb = getComputedStyle(document.body).color.match(/[\\d.]+/g)
  const pale = rgb.slice(0, 3).some(c => c > 128)
  const controls = all('main button, main input, main select, #quarto-header, #quarto-sidebar').filter(shown).length
  dispatchEvent(new Event('afterprint'))
  return [lost && `${lost} pieces of code are not printed`, controls && `${controls} controls are printed`, pale && 'what is printed is pale'].filter(Boolean)
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
    for what in [what for what in seen if what not in ('formulas', 'links', 'ids')]:
        if seen[what]: wrong.append(f'{name}: {what}: {seen[what]}')
    if axe:
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")['violations']
        for v in found:
            wrong.append(f'{name}: axe: {v["id"]}: {v["nodes"][0]["target"]} and {len(v["nodes"])-1} more')
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


def drawing(context, home):
    "The home page reads digits, finds gradients and prepares drawings as the library does; by mouse, touch and keyboard"
    page = context.new_page()
    page.goto(home + 'index.html')
    note = lambda what: wrong.append(f'{home}: drawing: {what}')
    small = page.eval_on_selector_all('#dr-samples button', 'all => Math.min(...all.map(e => e.offsetWidth))')
    if small < 24: note(f'a finger needs 24 pixels, and not {small}')
    x = load_mnist()[2][0][:200]
    found = page.evaluate("""images => images.map(inp => {
        const { out, p, g } = document.getElementById('dr-root').read(inp)
        return [out, p, g] })""", x.tolist())
    out,g = answered(load(), x)
    for name,theirs,ours in zip(('scores', 'probabilities', 'gradients'), zip(*found), (out, softmax(out), g)):
        counts['numbers'] += ours.numel()
        theirs = torch.tensor(theirs)
        if theirs.shape != ours.shape or not (theirs - ours).abs().max() < 1e-4: note(f'{name} are not those of the library')
    random = np.random.default_rng(0)
    for tall,wide in (280, 280), (40, 9), (5, 130), (20, 16), (15, 15), (61, 48), (56, 35):
        ink = random.random((tall, wide)).astype('float32')*(random.random((tall, wide)) < .3)
        ours = _centre(ink).flatten()
        theirs = page.evaluate("ink => document.getElementById('dr-root').centre(ink)", ink.tolist())
        if not (torch.tensor(theirs) - ours).abs().max() < 1e-5: note(f'ink of {ink.shape} is centred in another way')
    answer = lambda: page.get_attribute('#dr-root', 'data-answer')
    page.keyboard.press('4')  # no field has the focus
    if answer() != '4': note(f'the key 4 on the page shows {answer()}')
    page.focus('#search')
    page.keyboard.press('5')
    if answer() != '4': note('a digit that is searched for is shown')
    page.fill('#search', '')
    page.focus('#dr-pad')
    for key in '8107':  # the first test image of each is read right
        page.keyboard.press(key)
        if answer() != key or f'reads {key} ' not in page.inner_text('#dr-said'): note(f'the key {key} shows {answer()}')
    page.keyboard.press('Delete')
    if answer() or page.inner_text('#dr-said') != 'Nothing is drawn.': note('it is not cleared')
    page.focus('#dr-samples button')
    page.keyboard.press('ArrowRight')
    page.keyboard.press('Enter')
    if answer() != '1': note('the arrows do not lead to the image of a 1')
    box = page.locator('#dr-pad').bounding_box()
    at = lambda x, y: (box['x'] + x*box['width'], box['y'] + y*box['height'])
    said = set()
    for key in '1', 'Delete':  # the test image of a 1 goes away under the pen
        page.focus('#dr-pad')
        page.keyboard.press(key)
        page.mouse.move(*at(*two[0]))
        page.mouse.down()
        for point in two[1:]: page.mouse.move(*at(*point), steps=4)
        page.mouse.up()
        said.add(page.inner_text('#dr-said'))
    if answer() != '2' or len(said) != 1: note(f'a drawn 2 is read as {answer()}: {said}')
    page.click('#dr-clear')
    finger,before = context.new_cdp_session(page), page.evaluate('scrollY')
    for i,(x,y) in enumerate([at(*point) for point in two]):  # the page stands still under the finger
        finger.send('Input.dispatchTouchEvent', dict(type='touchMove' if i else 'touchStart', touchPoints=[dict(x=x, y=y)]))
    finger.send('Input.dispatchTouchEvent', dict(type='touchEnd', touchPoints=[]))
    page.wait_for_function("document.getElementById('dr-said').textContent.includes('reads')")
    if answer() != '2' or page.evaluate('scrollY') != before: note(f'a 2 by touch is read as {answer()}')
    page.get_by_label('7: show').check()
    if page.inner_text('#dr-whose') != '7' or answer() != '2': note('the ink that speaks for a 7 is not shown')
    if page.is_visible('#fig-home'): note('there is a picture of what is there')
    page.close()
    silent = context.browser.new_context(java_script_enabled=False)
    page = silent.new_page()
    page.goto(home + 'index.html')
    if not page.is_visible('#fig-home img') or page.is_visible('#dr-app'): note('there is no picture without scripts')
    silent.close()


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
        hits = [href.replace('.html', '') for href in found(typed)[:3]]
        if not {*hits, *[hit.partition('#')[0] for hit in hits]} & set(answers.split()):
            wrong.append(f'{home}: search: {typed}: {hits}, and not {answers}')
        counts['queries'] += 1
    texts = page.evaluate('bookSections.map(s => s[3])')
    if not any('∂L/∂w' in t for t in texts) or any('AUTOGENERATED' in t for t in texts): wrong.append(f'{home}: search: odd text')
    if hits := found('hello'): wrong.append(f'{home}: search: hello found {hits}')
    if not page.is_visible('#found-how-many a'): wrong.append(f'{home}: search: nothing found, and no way on')
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
    for shapes in ((3,1), (3,)), ((2,3), ()), ((1,), (4,1)):  # few enough numbers to be drawn
        for i,shape in enumerate(shapes):
            page.focus(f'#bx-t{i+1}')
            retype(page, str(shape))
        ts = [torch.zeros(s, requires_grad=True) for s in shapes]
        out = sum(ts)
        out.backward(torch.arange(out.numel()).view(out.shape).float())
        grids = '.bx-grids-back > div + div'
        shown = page.eval_on_selector_all(grids, 'all => all.map(e => [...e.lastChild.children].map(b => +b.textContent))')
        if shown != [t.grad.flatten().tolist() for t in ts]: wrong.append(f'{home}: explorer: {shapes}: gradients {shown}')
        trip = page.inner_text('.bx-trip')
        page.click('#bx-next')
        if page.inner_text('.bx-trip') == trip: wrong.append(f'{home}: explorer: {shapes}: the next number is the same')
        counts['numbers'] += sum(t.numel() for t in ts)
    picture = page.inner_html('.bx-there')
    for typed in '(3,', 'three', '':
        page.focus('#bx-t1')
        retype(page, typed)
        if page.get_attribute('#bx-root', 'data-shape') != 'invalid' or page.input_value('#bx-t1') != typed:
            wrong.append(f'{home}: explorer: {typed!r} passes for a shape, or is lost')
        if page.inner_html('.bx-there') != picture: wrong.append(f'{home}: explorer: {typed!r} loses the picture')
    page.close()


def tiny_pass(given):
    "What the pass of chapter 3 shows, by the library: name -> tensor"
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
    return dict(given, l1=l1, l2=l2, out=out, loss=loss, **grads, **{'loss.g': torch.ones_like(loss)})


def backward(context, home):
    "The pass of chapter 3 shows the numbers of the library: whole, step by step, with another weight, and downhill"
    page = context.new_page()
    page.goto(home + 'backward.html')
    names = dict(inp=2, targ=2, w1=2, b1=1, w2=2, b2=1)  # what is given, and its axes

    def shown():
        cells = page.eval_on_selector_all('#bw-root [data-tensor]', """all => all.map(
            e => [e.dataset.tensor, +e.dataset.row, +e.dataset.col, e.dataset.value])""")
        tables = {}
        for name,i,j,value in cells: tables.setdefault(name, {})[i,j] = float(value or 'nan')
        table = lambda t: [[t[i,j] for j in sorted({j for _,j in t})] for i in sorted({i for i,_ in t})]
        return {n: torch.tensor(table(t), dtype=torch.float64) for n,t in tables.items()}

    def compare(when):
        found = shown()
        right = tiny_pass({n: found[n] if axes == 2 else found[n][0] for n,axes in names.items()})
        for name,t in right.items():
            counts['numbers'] += t.numel()
            if not torch.allclose(found[name].flatten(), t.flatten(), rtol=1e-12, atol=1e-14):
                wrong.append(f'{home}: backward, {when}: {name} is {found[name]}, and by the library {t}')
        return right

    def expect(true, what):
        if not true: wrong.append(f'{home}: backward: {what}: {page.inner_text("#bw-status")}')
    compare('at first')
    page.focus('#bw-root [data-do=step]')
    page.keyboard.press('Enter')
    there = {n for n,t in shown().items() if not t.isnan().any()}
    expect(there == {*names}, f'after Clear there is {there}')
    page.focus('#bw-guess')
    for guess,said in ('1,3', 'You said 1.3, it is 1.4.'), ('0', 'Yes!'), ('much', '“much” is not a number, such as '), ('−1/2', 'You said −0.5, it is'):
        retype(page, guess)
        page.keyboard.press('Enter')
        expect(said in page.inner_text('#bw-status'), f'no {said!r}')
    page.click('#bw-root [data-do=play]')
    page.focus('#bw-guess')
    page.keyboard.type('7')
    expect('Play' in page.inner_text('#bw-root [data-do=play]'), 'Play goes on where somebody types')
    retype(page, '')
    page.click('#bw-root [data-do=back]')
    page.focus('#bw-picture')
    for _ in range(8): page.keyboard.press('ArrowRight')
    compare('after 11 steps')
    for weight in 'w1 row 1, column 2', 'w2 row 2', 'b2':
        page.select_option('#bw-weight', label=weight)
        page.focus('#bw-slider')
        before = shown()
        for _ in range(9): page.keyboard.press('ArrowRight')
        changed = {n for n,t in compare(weight).items() if n in names and not torch.equal(t.flatten(), before[n].flatten())}
        expect(changed == {weight.split()[0]}, f'{weight} moved {changed}')
    page.click('#bw-reset')
    losses = []
    for i in range(4):
        right = compare(f'after {i} steps downhill')
        losses.append(right['loss'].item())
        page.click('#bw-take')
        now = shown()
        expect(all(torch.allclose(now[n].flatten(), (right[n] - .05*right[n + '.g']).flatten()) for n in names if n[0] in 'wb'),
               'a step moved the weights somewhere else')
    expect(losses == sorted(losses, reverse=True), f'the loss does not fall: {losses}')
    was = page.inner_text('#bw-loss').split()[-1]
    page.focus('#bw-slider')
    page.keyboard.press('ArrowLeft')
    expect(f'was {was} and' in page.inner_text('#bw-status'), f'the loss was {was}')
    page.close()


def walks_of(text):
    "A formula on the tape: its values and gradients in the order of making; what the naive recursion gets, and its visits"
    env = {}
    for line in text.split('\n'):
        exec(line, env)
        name = line.split('=')[0].strip()
        if not isinstance(env[name], Var): env[name] = Var(float(env[name]))
    out, visits = env[name], []
    out.backward(keep=True)
    made = _history(out)
    naive = {v: 0. for v in made} | {out: 1.}

    def recursion(v):
        visits.append(v)
        for a,formula in zip(v.args, v.op.formulas if v.op else ()):
            if isinstance(a, Var): naive[a] += formula(naive[v], *v.saved)
        for a in v.args:
            if isinstance(a, Var): recursion(a)
    recursion(out)
    return [[v.data.item(), float(v.g)] for v in made], [float(naive[v]) for v in made], len(visits)


crossed_numbers = """svg => [...svg.querySelectorAll('text')].filter(text => {
  const b = text.getBBox()
  return [...svg.querySelectorAll('path[fill=none]')].some(path => {
    const points = Array.from({length: path.getTotalLength() / 2}, (_, i) => path.getPointAtLength(2 * i))
    return points.some(p => p.x > b.x && p.x < b.x + b.width && p.y > b.y + 3 && p.y < b.y + b.height - 3)
  })
}).map(text => text.textContent)"""


def tape(context, home):
    "The walks of chapter 10 get what the tape gets, in order, and what a recursion gets; bad input keeps the picture"
    page = context.new_page()
    page.goto(home + 'tape.html')
    shown = lambda key: page.eval_on_selector_all(f'#tw-root [data-{key}]', f'all => all.map(e => +e.dataset.{key})')
    texts = page.eval_on_selector_all('#tw-root [data-text]', 'all => all.map(e => e.dataset.text)')
    texts += ['x = 2\ny = -1\nh = (2*x - y)**2 / (x + 1)\nz = h - x*y + 3', 'x = .5\ny = x**-2 - -x / 4', 'w = 1e1\nw = w']
    for text in texts:
        page.fill('#tw-text', text)
        right,naive,visits = walks_of(text)
        for way,g,n in ('recursion', naive, visits), ('order', [g for _,g in right], len(right)):  # each begins at 0
            page.check(f'#tw-root [value={way}]')
            page.focus('#tw-picture')
            for _ in range(n): page.keyboard.press('ArrowRight')
            found = shown('value'), shown('grad')
            ours,theirs = [torch.tensor(t, dtype=torch.float64) for t in (found, [[x for x,_ in right], g])]
            if not torch.allclose(ours, theirs, rtol=1e-12, atol=1e-12):
                wrong.append(f'{home}: tape: {text!r}, {way}: {found}, and by the library {right}, {g}')
            if f'{n} visit' not in page.inner_text(f'#tw-{way}'): wrong.append(f'{home}: tape: {text!r}, {way}: not {n} visits')
            counts['numbers'] += 2*len(right)
    sizes = {}  # the layout stays as it is while the numbers come in
    page.fill('#tw-text', texts[2])
    for way in 'recursion', 'order':
        page.check(f'#tw-root [value={way}]')
        for _ in range(12):
            page.click('#tw-root [data-do=step]')
            sizes[page.get_attribute('#tw-picture svg', 'viewBox')] = way
    if len(sizes) > 1: wrong.append(f'{home}: tape: {texts[2]!r} is drawn in {len(sizes)} sizes')
    for text in texts[2], 'x = 2\ny = x*x*x*x*x', 'x = 2\ny = -1\nz = (2*x - y)**2 / (x + 1) - x*y + 3':
        page.fill('#tw-text', text)
        if crossed := page.eval_on_selector('#tw-picture svg', crossed_numbers): wrong.append(f'{home}: tape: {text!r}: arrows cross {crossed}')
    page.fill('#tw-text', 'a = 3  # a comment\n# another\nb = a*a')
    if page.inner_text('#tw-error'): wrong.append(f'{home}: tape: a comment is refused')
    if 'how much b grows' not in page.inner_text('#tw-means'): wrong.append(f'{home}: tape: a.g is not explained')
    picture = page.inner_html('#tw-picture')
    for text,why in {'a = 3\nb = a +': 'missing at the end', 'b = a + a': 'a has no value yet', 'a = 3\nb = exp(a)': 'exp(…)', '': 'no formula',
                     'a = (3': 'closing )', 'a + a': 'a name, =', 'x*x+1': 'such as b = a + a', 'a = 0\nb = 1/a': 'no finite value', 'a = 3 4': '“4”', 'a = 3\nb = a ^ 2': 'write ** for powers', 'a = 3\nb = 2**a': 'after **', 'a = 3\nb = a $ a': '“$”',
                     'a = 1' + '\na = a + a'*13: '12 operations'}.items():
        page.fill('#tw-text', text)
        said = page.inner_text('#tw-error')
        if why not in said: wrong.append(f'{home}: tape: {text!r}: {said!r}, and not {why!r}')
        if page.inner_html('#tw-picture') != picture: wrong.append(f'{home}: tape: {text!r} changed the picture')
    page.close()


def slide(page, **values):
    "Move sliders: an id, with _ for -, and a value"
    for name,value in values.items():
        page.eval_on_selector('#' + name.replace('_', '-'), '''(e, value) => {
            e.value = value
            e.dispatchEvent(new Event('input', {bubbles: true})) }''', value)


def downhill(start, lr, mu, steps):
    "Where the racers are in the end, by the library: name -> w, b and the loss"
    x = torch.linspace(1, 3, 20, dtype=torch.float64)[:,None]
    y = .8*x - .5
    racers = {'gradient descent': lambda p: SGD(p, lr), 'momentum': lambda p: SGD(p, lr, mu),
              'Nesterov': lambda p: SGD(p, lr, mu, nesterov=mu > 0), 'Adam': lambda p: Adam(p, lr)}
    found = {}
    for name,opt in racers.items():
        w,b = torch.tensor(start, dtype=torch.float64)
        model = Model([Lin(w.view(1,1).clone(), b.view(1).clone())])
        opt = opt(model.parameters())
        for _ in range(steps):
            model(x, y)
            model.backward()
            opt.step()
        found[name] = [*(p.item() for p in model.parameters()), model(x, y).item()]
    return found


def race(context, home):
    "The racers are where the library's optimizers are; the dot can be dragged; past the limit descent climbs"
    page = context.new_page()
    page.goto(home + 'optimizers.html')
    lanes = '''all => Object.fromEntries(all.map(
        e => [e.firstChild.textContent, ['w', 'b', 'loss'].map(n => +e.dataset[n])]))'''

    def compare(start, lr, mu, steps):
        shown = page.eval_on_selector_all('.dr-lane', lanes)
        for name,right in downhill(start, lr, mu, steps).items():
            counts['numbers'] += 3
            near = torch.allclose(torch.tensor(shown[name]), torch.tensor(right), rtol=1e-9, atol=1e-9)
            if not near: wrong.append(f'{home}: race: {name}, rate {lr}: {shown[name]}, and by the library {right}')
    for start,lr,mu,steps in ((-1, 1.5), .1, .8, 40), ((3., -2.), .187, 0., 25), ((2.5, 2.5), .02, .95, 60):
        slide(page, dr_w=start[0], dr_b=start[1], dr_lr=lr, dr_mu=mu, dr_n=steps)
        compare(start, lr, mu, steps)
    for button,state in ('#dr-below', ''), ('#dr-above', 'lost'):
        page.click('#dr-reset')
        page.click(button)
        if page.get_attribute('.dr-lane', 'data-state') != state: wrong.append(f'{home}: race: {button} is not {state!r}')
    page.click('#dr-reset')
    page.focus('#dr-lr')
    page.keyboard.press('ArrowRight')
    compare((-1, 1.5), .101, .8, 40)
    page.eval_on_selector('.dr-lane:last-child', 'e => e.scrollIntoView({block: "center", behavior: "instant"})')
    box = page.locator('.dr-lane circle.dr-handle').last.bounding_box()
    x,y = box['x'] + box['width']/2, box['y'] + box['height']/2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 20)
    if page.input_value('#dr-w') == '-1' or page.input_value('#dr-b') == '1.5': wrong.append(f'{home}: race: no drag')
    page.mouse.up()
    page.click('#dr-reset')
    page.eval_on_selector('.dr-lane:last-child', 'e => e.scrollIntoView({block: "center", behavior: "instant"})')
    box = page.locator('.dr-lane circle.dr-handle').last.bounding_box()
    x,y = box['x'] + box['width']/2, box['y'] + box['height']/2
    finger,before = context.new_cdp_session(page), page.evaluate('scrollY')
    for i in range(12):
        finger.send('Input.dispatchTouchEvent', dict(type='touchMove' if i else 'touchStart', touchPoints=[dict(x=x, y=y+6*i)]))
    finger.send('Input.dispatchTouchEvent', dict(type='touchEnd', touchPoints=[]))
    scale = page.locator('.dr-lane svg').last.bounding_box()['width']/6.5
    moved = 1.5 - float(page.input_value('#dr-b'))
    if abs(moved - 66/scale) > .15 or page.evaluate('scrollY') != before:
        wrong.append(f'{home}: race: a finger moves the dot by {moved:.2f}, and not {66/scale:.2f}, or scrolls the page')
    page.close()


def differences(context, home):
    "The slope of the sine is PyTorch's, but for the last digit of each value; the error of the formula is exact"
    page = context.new_page()
    page.goto(home + 'referees.html')
    page.focus('[value=central]')
    for kind in 'central', 'one-sided':
        for log in 0, -1, -2.5, -5.2, -8, -11, -15, -16:
            slide(page, fd_h=log)
            shown = page.eval_on_selector('#fd-root', 'e => ["h", "found", "formula", "rounding"].map(n => +e.dataset[n])')
            h,found,formula,rounding = torch.tensor(shown, dtype=torch.float64)
            f,one = torch.sin, torch.ones((), dtype=torch.float64)
            right = (f(one+h) - f(one-h))/(2*h) if kind == 'central' else (f(one+h) - f(one))/h
            with workdps(60):
                x,down = mpf(h.item()), mpf(h.item()) if kind == 'central' else 0
                exact = (sin(1+x) - sin(1-down))/(x+down)/cos(1) - 1
            counts['numbers'] += 3
            near = abs(found - right) <= 2.3e-16/h and abs(formula.item() - exact) <= 1e-9*abs(exact)
            if not near or abs(found/one.cos() - 1 - formula - rounding) > 1e-15:
                wrong.append(f'{home}: differences: {kind}: {shown}, and not {right}, {float(exact)}')
        page.keyboard.press('ArrowRight')
    if page.input_value('[name=fd-kind]:checked') != 'central': wrong.append(f'{home}: differences: no way round by keyboard')
    chart = page.locator('#fd-root svg')
    chart.click(position=dict(x=chart.bounding_box()['width']*(50 + 21*6)/400, y=50))
    if abs(float(page.input_value('#fd-h')) + 10) > .11: wrong.append(f'{home}: differences: the chart does not set h')
    page.click('#fd-best')
    page.wait_for_function("document.getElementById('fd-verdict').textContent.includes('no step')")
    page.close()


@cache
def matrix():
    "The kill matrix, by the library: layer and bug -> for each check, whether it killed"
    torch.manual_seed(0)
    return {(form, bug): kills for form,bug,kills in kill_matrix()}


def kills(context, home):
    "The table of mutants is the library's kill matrix, and each filter shows what it names"
    page = context.new_page()
    page.goto(home + 'mutants.html')
    if page.locator('#km-root tbody tr:visible').count() != 12: wrong.append(f'{home}: kills: not 12 rows at first')
    page.click('#km-more')

    def shown():
        rows = page.eval_on_selector_all('#km-root tbody tr', '''all => all.filter(e => e.getClientRects().length).map(
            e => [...e.cells[0].children, ...[...e.cells].slice(1)].map(c => c.textContent))''')
        return {(form, bug): [k == 'killed' for k in kills] for form,bug,*kills in rows}

    def compare(what, wanted):
        right = {(form, bug): kills for (form,bug),kills in matrix().items() if wanted(form, bug, kills)}
        counts['numbers'] += len(right)
        said = page.inner_text('#km-status').split()[0]
        sums = page.eval_on_selector_all('#km-counts td', 'all => all.map(e => +e.textContent)')
        if shown() != right or said != str(len(right)) or sums != [sum(k) for k in zip(*right.values())]:
            wrong.append(f'{home}: kills: {what}: {said} {sums}, and not {len(right)}')
    compare('all', lambda *_: True)
    page.locator('#km-root tbody tr').nth(60).evaluate('e => e.scrollIntoView({block: "center", behavior: "instant"})')
    page.locator('#km-root thead [role=button]', has_text='gradcheck').evaluate('e => e.click()')  # without scrolling to it
    told = page.locator('#km-root [role=status]', has_text='for each output alone').bounding_box()
    if not told or not 0 < told['y'] < 600: wrong.append(f'{home}: kills: what a check does is out of sight')
    page.select_option('#km-layer', 'relu')
    compare('relu', lambda form,bug,kills: form == 'relu')
    page.select_option('#km-check', 'let through by sum')
    compare('relu and sum', lambda form,bug,kills: form == 'relu' and not kills[0])
    page.select_option('#km-layer', '')
    page.select_option('#km-check', 'killed by gradcheck')
    compare('gradcheck', lambda form,bug,kills: kills[5])
    page.click('[data-clear]')
    page.focus('#km-bug')
    page.keyboard.type('Lin, w.g')
    compare('two words', lambda form,bug,kills: 'lin' in f'{form} {bug}'.lower() and 'w.g' in bug)
    page.click('[data-check]')
    compare('ours alone', lambda form,bug,kills: kills == [False]*6 + [True])
    page.close()


def spoiled(value):
    "A value, changed in each of several ways"
    if isinstance(value, tuple):
        yield from (value[:-1], value[::-1], (*value, 1), 'xyzzy', 7)
        yield from ((*value[:i], other, *value[i+1:]) for i,v in enumerate(value) for other in spoiled(v))
    elif isinstance(value, str): yield from (value.upper(), value[:-1], value + 'z', 3, (1, 2))
    elif isinstance(value, bool): yield from (not value, int(value), 2, 'xyzzy')
    else: yield from (-value, value + 1, value*2., value/3, value*1.0004, value*1.01, value*1e-7, (value,), 'xyzzy', True)


@cache
def judged():
    """The exercises whose answers are values: number -> texts, each with whether the book lists it, and what the library says.

    The texts are all right and wrong answers that the book lists, also without quotes, and the right ones spoiled"""
    known, found = _exercises(), {}
    for file in sorted((docs.parent/'nbs').glob('*.ipynb')):
        if not any(file.stem.endswith(f'_{chapter}') for chapter in _chapters.values()): continue
        for e in read_exercises(file):
            if e['stub'].strip() != 'answer = ...': continue
            ex, space = known[e['number']], _imports(file) | dict(torch=torch, math=math, np=np, inf=math.inf)
            exec(e['solution'], space)
            written = lambda value: re.sub(r'np.float64\((.*?)\)', r'\1', repr(value))
            source = re.sub(r'\s+#.*', '', e['solution'].partition('answer = ')[2].strip())
            listed = dict.fromkeys([written(space['answer']), *[source]*('\n' not in source), *ex.right, *ex.wrong])
            others = [text for text in map(written, spoiled(space['answer'])) if text not in listed]
            said = {text: _verdict(ex, eval(text, dict(space))) for text in [*listed, *others]}
            found[ex.number] = [(text, text in listed, *said[text]) for text in said]
            bare = [text for text in listed if "'" in text and not re.search(r"'\w+, \w", text)]
            found[ex.number] += [(text.replace("'", ''), True, *said[text]) for text in bare]
    return found


answer_all = """(form, texts) => texts.map(text => {
  form.querySelector('input').value = text
  form.querySelector('button').click()
  return form.querySelector('p').textContent
})"""


def boxes(context, home):
    """A box says of each answer that the book lists what the library says, and so it does of others.

    Of others that are not in the table of a judge it may say something else, but not that they are right"""
    for chapter in _chapters.values():
        page = context.new_page()
        page.goto(f'{home}{chapter}.html')
        note = lambda what: wrong.append(f'{home}: answers: {what}')
        for form in page.query_selector_all('.answer'):
            n = form.get_attribute('data-number')
            with_table = "['table'" in str(knows(_exercises()[n].judge))
            said = form.evaluate(answer_all, [text for text,*_ in judged()[n]])
            for found,(text,listed,word,why) in zip(said, judged()[n]):
                right = f'{word[:1].upper()}{word[1:]}. {why}'.replace('`', '')
                same = found.removesuffix('.') == right.removesuffix('.')
                counts['answers' if listed else 'spoiled answers' if same else 'that hear another sentence'] += 1
                free = with_table and not listed and not (found.startswith('Right') and word != 'right')
                if not same and not free: note(f'{n}: {text!r}: {found!r}, and not {right!r}')
        if re.search('not done yet', page.inner_text('main')): note(f'{chapter}: not done yet')
        page.close()
    page = context.new_page()
    page.goto(home + 'backward.html')
    said = lambda: page.inner_text('#said-3-1')
    page.focus('#answer-3-1')
    for typed,begin in (('(4, 2', 'This cannot be read: a closing )'), ('4 2', 'This cannot be read: write a comma'),
                        ('0,114; 0,1', 'This cannot be read: write a point'), ('(11.4%, 3)', 'This cannot be read: % is not read here: write 0.114.'),
                        ('[4, 2, 7]', 'Not right yet. '), ('ln 4, 2, 6', 'This cannot be read: write log(4)'),
                        ('(4, 2) (6)', 'This cannot be read: a comma is missing'), ('“4”, 6/3, 2*3.', 'Right. ')):
        retype(page, typed)
        page.keyboard.press('Enter')
        if not said().startswith(begin): note(f'{typed} hears {said()!r}')
    page.keyboard.type(' ')
    if said(): note('what was right, and is not there any more, is right')
    for i in 1, 2, 3:
        page.keyboard.press('Tab')
        while i == 1 and page.evaluate('document.activeElement.tagName') != 'SUMMARY': page.keyboard.press('Tab')
        page.keyboard.press('Enter')
        shown = page.eval_on_selector_all('[aria-label="Hints to 3.1"] p', 'all => all.filter(e => e.checkVisibility()).length')
        if shown != i: note(f'{shown} hints, and not {i}')
    if page.is_visible('.in-notebook'): note('the cells of the notebook are there, too')
    page.goto(home + 'losses.html')
    for typed,begin in (('6,908', 'This cannot be read: write a point'), ('0,114', 'This cannot be read: write a point'),
                        ('log 1000', 'This cannot be read: write log(1000)'), ('ln(1000)', 'Right. '), ('6.9', 'Right. ')):
        page.fill('#answer-7-1', typed)
        page.press('#answer-7-1', 'Enter')
        if not page.inner_text('#said-7-1').startswith(begin): note(f'{typed} hears {page.inner_text("#said-7-1")!r}')
    labels = {'losses': {'7-3': 'each a number', '7-4': 'each a number or the word inf', '7-6': 'each a tuple such as (1, 2, 3)'},
              'broadcasting': {'1-1': 'each a tuple such as (2, 3) or the word error', '1-3': 'each a tuple such as (-2, -1)'}}
    for chapter,forms in labels.items():
        page.goto(f'{home}{chapter}.html')
        for n,form in forms.items():
            if not (label := page.inner_text(f'[for=answer-{n}]')).endswith(form): note(f'{n}: {label}')
        if 'In the notebook: put your answer' not in page.inner_text('#exercises'): note(f'{chapter}: where are the dots?')
    page.goto(home + 'check.html')
    for typed in 'F,T,F,F,T,T,F', 'no yes no no yes yes no', '(false, true, false, false, true, true, false)':
        page.fill('#answer-6-2', typed)
        page.press('#answer-6-2', 'Enter')
        if not page.inner_text('#said-6-2').startswith('Right. '): note(f'{typed} hears {page.inner_text("#said-6-2")!r}')
    page.close()
    silent = context.browser.new_context(java_script_enabled=False)
    page = silent.new_page()
    page.goto(home + 'backward.html')
    if not page.is_visible('.in-notebook') or page.is_visible('.answer'): note('without scripts there is no text, or a box')
    silent.close()


def walk(way, files, axe, shots):
    "Every page in one way: home, theme and width. What is wrong there, and what was counted"
    home,theme,width = way
    once = home is None and (theme, width) in looked
    home = server(docs) if home is None else home
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(color_scheme=theme, viewport=dict(width=width, height=900), device_scale_factor=1)
        where = f'{home.split(":")[0]} {theme} {width}'
        seen = {home+f: visit(context, home, f, f'{f} {where}', once and axe, once and shots) for f in files}
        if width == 1280 and theme == 'light': check_links(home, seen)
        plays = search, explorer, backward, tape, race, differences, kills, boxes, drawing
        for play in plays if (theme, width) in looked else (): play(context, home)
        browser.close()
    print(where, *dict.fromkeys(wrong), sep='\n', flush=True)
    found = [*wrong], dict(counts)
    wrong.clear()
    counts.update(dict.fromkeys(counts, 0))
    return found


looked = ('light', 1280), ('dark', 390)  # where widgets are played, and axe looks
# None: from a local server. The long ones first, for the processes that share them
ways = [*((None, *way) for way in looked), (docs.as_uri() + '/', 'light', 1280),
        *((None, *way) for way in (('light', 390), ('dark', 1280), ('dark', 1600)))]


def main():
    shots = os.environ.get('SCREENSHOTS')
    if shots: Path(shots).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as tmp:
        from_npm('axe-core@4.14.1', tmp)
        axe = (Path(tmp)/'package'/'axe.min.js').read_text()
    files = sorted(f.name for f in docs.glob('*.html') if f.name not in (*moved, '404.html'))
    wrong.extend(f'{f}: more than 600 KB' for f in files if (docs/f).stat().st_size > 600_000)
    with ProcessPoolExecutor(min(2, os.cpu_count()), get_context('spawn')) as processes:
        for lines,numbers in processes.map(partial(walk, files=files, axe=axe, shots=shots), ways):
            wrong.extend(lines)
            for what,n in numbers.items(): counts[what] += n
    counts['pages'] = len(files)
    print(*dict.fromkeys(wrong), sep='\n')
    print(*[f'{n} {what}' for what,n in counts.items()], sep=', ')
    sys.exit(bool(wrong))


if __name__ == '__main__': main()
