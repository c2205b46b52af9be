"""The widgets of the book, in Chromium: what they show, beside what the library says"""
from functools import cache
import numpy as np
import torch
from mpmath import cos, mpf, sin, workdps
from minibackprop import (
    Adam, Lin, Model, SGD, explain_broadcast, forward_and_backward, lin, lin_grad,
    load_mnist, mse, mse_grad, relu, relu_grad, softmax)
from minibackprop.checking.mutants import kill_matrix
from minibackprop.digits import _centre
from minibackprop.tape import Var, _history
from chromium import retype
from faults import counts, wrong
from weights import answered, load

to_middle = 'e => e.scrollIntoView({block: "center", behavior: "instant"})'


def touch(page, points):
    "Lead a finger over the page"
    finger = page.context.new_cdp_session(page)
    for i,(x,y) in enumerate(points):
        finger.send('Input.dispatchTouchEvent', dict(
            type='touchMove' if i else 'touchStart', touchPoints=[dict(x=x, y=y)]))
    finger.send('Input.dispatchTouchEvent', dict(type='touchEnd', touchPoints=[]))


def slide(page, **values):
    "Move sliders: an id, with _ for -, and a value"
    for name,value in values.items():
        page.eval_on_selector('#' + name.replace('_', '-'), '''(e, value) => {
            e.value = value
            e.dispatchEvent(new Event('input', {bubbles: true})) }''', value)


two = [(.3, .35), (.36, .24), (.5, .2), (.62, .25), (.66, .36), (.6, .5), (.45, .65),
       (.3, .8), (.5, .8), (.72, .8)]


def drawing(context, home):
    """The home page reads digits, finds gradients and prepares drawings.

    It does all this as the library does; by mouse, touch and keyboard"""
    page = context.new_page()
    page.goto(home + 'index.html')
    note = lambda what: wrong.append(f'{home}: drawing: {what}')
    small = page.eval_on_selector_all(
        '#dr-samples button', 'all => Math.min(...all.map(e => e.offsetWidth))')
    if small < 24: note(f'a finger needs 24 pixels, and not {small}')
    x = load_mnist()[2][0][:200]
    found = page.evaluate("""images => images.map(inp => {
        const { out, p, g } = document.getElementById('dr-root').read(inp)
        return [out, p, g] })""", x.tolist())
    out,g = answered(load(), x)
    names = 'scores', 'probabilities', 'gradients'
    for name,theirs,ours in zip(names, zip(*found), (out, softmax(out), g)):
        counts['numbers'] += ours.numel()
        theirs = torch.tensor(theirs)
        if theirs.shape != ours.shape or not (theirs - ours).abs().max() < 1e-4:
            note(f'{name} are not those of the library')
    random = np.random.default_rng(0)
    centred = "ink => document.getElementById('dr-root').centre(ink)"
    for shape in (280, 280), (40, 9), (5, 130), (20, 16), (15, 15), (61, 48), (56, 35):
        ink = random.random(shape).astype('float32')*(random.random(shape) < .3)
        ours = _centre(ink).flatten()
        theirs = page.evaluate(centred, ink.tolist())
        if not (torch.tensor(theirs) - ours).abs().max() < 1e-5:
            note(f'ink of {ink.shape} is centred in another way')
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
        if answer() != key or f'reads {key} ' not in page.inner_text('#dr-said'):
            note(f'the key {key} shows {answer()}')
    page.keyboard.press('Delete')
    if answer() or page.inner_text('#dr-said') != 'Nothing is drawn.':
        note('it is not cleared')
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
    if answer() != '2' or len(said) != 1:
        note(f'a drawn 2 is read as {answer()}: {said}')
    page.click('#dr-clear')
    before = page.evaluate('scrollY')  # the page stands still under the finger
    touch(page, [at(*point) for point in two])
    page.wait_for_function(
        "document.getElementById('dr-said').textContent.includes('reads')")
    if answer() != '2' or page.evaluate('scrollY') != before:
        note(f'a 2 by touch is read as {answer()}')
    page.get_by_label('7: show').check()
    if page.inner_text('#dr-whose') != '7' or answer() != '2':
        note('the ink that speaks for a 7 is not shown')
    if page.is_visible('#fig-home'): note('there is a picture of what is there')
    page.close()
    silent = context.browser.new_context(java_script_enabled=False)
    page = silent.new_page()
    page.goto(home + 'index.html')
    if not page.is_visible('#fig-home img') or page.is_visible('#dr-app'):
        note('there is no picture without scripts')
    silent.close()


def explorer(context, home):
    "The broadcasting explorer says what explain_broadcast says"
    page = context.new_page()
    page.goto(home + 'broadcasting.html')
    note = lambda what: wrong.append(f'{home}: explorer: {what}')
    sentences = 'all => all.map(e => e.textContent)'
    for shapes in (((3,1), (3,)), ((64,1,28,28), (32,1,28), (28,)), ((64,784), (50,1)),
                   ((), (2,3)), ((5,0), (1,)), ((2,3), (3,2))):
        page.focus('#bx-t1')
        for shape in (*shapes, '')[:3]:
            retype(page, str(shape))
            page.keyboard.press('Tab')
        right = explain_broadcast(*shapes)
        said = page.eval_on_selector_all('.bx-sentences li', sentences)
        found = page.get_attribute('#bx-root', 'data-shape')
        shape = str('clash' if right.shape is None else right.shape)
        if found != shape or said != right.sentences():
            note(f'{shapes}: {found} {said}, and not {right!r}')
        counts['shapes'] += 1
    grids = '.bx-grids-back > div + div'
    numbers = 'all => all.map(e => [...e.lastChild.children].map(b => +b.textContent))'
    for shapes in ((3,1), (3,)), ((2,3), ()), ((1,), (4,1)):  # few enough to be drawn
        for i,shape in enumerate(shapes):
            page.focus(f'#bx-t{i+1}')
            retype(page, str(shape))
        ts = [torch.zeros(s, requires_grad=True) for s in shapes]
        out = sum(ts)
        out.backward(torch.arange(out.numel()).view(out.shape).float())
        shown = page.eval_on_selector_all(grids, numbers)
        if shown != [t.grad.flatten().tolist() for t in ts]:
            note(f'{shapes}: gradients {shown}')
        trip = page.inner_text('.bx-trip')
        page.click('#bx-next')
        if page.inner_text('.bx-trip') == trip:
            note(f'{shapes}: the next number is the same')
        counts['numbers'] += sum(t.numel() for t in ts)
    picture = page.inner_html('.bx-there')
    for typed in '(3,', 'three', '':
        page.focus('#bx-t1')
        retype(page, typed)
        found = page.get_attribute('#bx-root', 'data-shape')
        if found != 'invalid' or page.input_value('#bx-t1') != typed:
            note(f'{typed!r} passes for a shape, or is lost')
        if page.inner_html('.bx-there') != picture: note(f'{typed!r} loses the picture')
    page.close()


def tiny_pass(given):
    "What the pass of chapter 3 shows, by the library: name -> tensor"
    order = 'inp', 'targ', 'w1', 'b1', 'w2', 'b2'
    inp,targ,w1,b1,w2,b2 = [given[n] for n in order]
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    loss = mse(out, targ)
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1, inp_grad=False)
    with_g = dict(w1=w1, b1=b1, l1=l1, l2=l2, w2=w2, b2=b2, out=out)
    grads = {f'{n}.g': t.g for n,t in with_g.items()}
    again = {n: t.clone() for n,t in given.items()}
    assert forward_and_backward(*[again[n] for n in order]) == loss
    assert all(torch.equal(again[n].g, given[n].g) for n in order[2:])
    return dict(given, l1=l1, l2=l2, out=out, loss=loss, **grads,
                **{'loss.g': torch.ones_like(loss)})


def backward(context, home):
    """The pass of chapter 3 shows the numbers of the library.

    Whole, step by step, with another weight, and downhill"""
    page = context.new_page()
    page.goto(home + 'backward.html')
    names = dict(inp=2, targ=2, w1=2, b1=1, w2=2, b2=1)  # what is given, and its axes

    def shown():
        cells = page.eval_on_selector_all('#bw-root [data-tensor]', """all => all.map(
            ({dataset: of}) => [of.tensor, +of.row, +of.col, of.value])""")
        tables = {}
        for name,i,j,value in cells:
            tables.setdefault(name, {})[i,j] = float(value or 'nan')
        for name,t in tables.items():
            rows, columns = [sorted(set(axis)) for axis in zip(*t)]
            tables[name] = torch.tensor([[t[i,j] for j in columns] for i in rows],
                                        dtype=torch.float64)
        return tables

    def compare(when):
        found = shown()
        right = tiny_pass({n: found[n] if axes == 2 else found[n][0]
                           for n,axes in names.items()})
        for name,t in right.items():
            counts['numbers'] += t.numel()
            theirs,ours = found[name].flatten(), t.flatten()
            if not torch.allclose(theirs, ours, rtol=1e-12, atol=1e-14):
                wrong.append(f'{home}: backward, {when}: {name} is {found[name]}, '
                             f'and by the library {t}')
        return right

    def expect(true, what):
        if true: return
        status = page.inner_text('#bw-status')
        wrong.append(f'{home}: backward: {what}: {status}')
    compare('at first')
    page.focus('#bw-root [data-do=step]')
    page.keyboard.press('Enter')
    there = {n for n,t in shown().items() if not t.isnan().any()}
    expect(there == {*names}, f'after Clear there is {there}')
    page.focus('#bw-guess')
    for guess,said in (('1,3', 'You said 1.3, it is 1.4.'), ('0', 'Yes!'),
                       ('much', '“much” is not a number, such as '),
                       ('−1/2', 'You said −0.5, it is')):
        retype(page, guess)
        page.keyboard.press('Enter')
        expect(said in page.inner_text('#bw-status'), f'no {said!r}')
    page.click('#bw-root [data-do=play]')
    page.focus('#bw-guess')
    page.keyboard.type('7')
    expect('Play' in page.inner_text('#bw-root [data-do=play]'),
           'Play goes on where somebody types')
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
        right = compare(weight)
        changed = {n for n in names
                   if not torch.equal(right[n].flatten(), before[n].flatten())}
        expect(changed == {weight.split()[0]}, f'{weight} moved {changed}')
    page.click('#bw-reset')
    losses = []
    for i in range(4):
        right = compare(f'after {i} steps downhill')
        losses.append(right['loss'].item())
        page.click('#bw-take')
        now = shown()
        stepped = {n: right[n] - .05*right[n + '.g'] for n in names if n[0] in 'wb'}
        expect(all(torch.allclose(now[n].flatten(), t.flatten())
                   for n,t in stepped.items()),
               'a step moved the weights somewhere else')
    expect(losses == sorted(losses, reverse=True), f'the loss does not fall: {losses}')
    was = page.inner_text('#bw-loss').split()[-1]
    page.focus('#bw-slider')
    page.keyboard.press('ArrowLeft')
    expect(f'was {was} and' in page.inner_text('#bw-status'), f'the loss was {was}')
    expect(was in page.inner_text('#bw-loss'), 'the loss of the last step is gone')
    page.close()


def walks_of(text):
    """A formula on the tape: its values and gradients in the order of making.

    Then what the naive recursion gets, and its visits"""
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
    right = [[v.data.item(), float(v.g)] for v in made]
    return right, [float(naive[v]) for v in made], len(visits)


crossed_numbers = """svg => [...svg.querySelectorAll('text')].filter(text => {
  const b = text.getBBox()
  const inside = p => p.x > b.x && p.x < b.x + b.width &&
    p.y > b.y + 3 && p.y < b.y + b.height - 3
  return [...svg.querySelectorAll('path[fill=none]')].some(path => {
    const length = path.getTotalLength() / 2
    return Array.from({length}, (_, i) => path.getPointAtLength(2 * i)).some(inside)
  })
}).map(text => text.textContent)"""
refused = {  # what is typed, and a piece of the reason
    'a = 3\nb = a +': 'missing at the end', 'b = a + a': 'a has no value yet',
    'a = 3\nb = exp(a)': 'exp(…)', '': 'no formula', 'a = (3': 'closing )',
    'a + a': 'a name, =', 'x*x+1': 'such as b = a + a',
    'a = 0\nb = 1/a': 'no finite value', 'a = 3 4': '“4”',
    'a = 3\nb = a ^ 2': 'write ** for powers', 'a = 3\nb = 2**a': 'after **',
    'a = 3\nb = a $ a': '“$”', 'a = 1' + '\na = a + a'*13: '12 operations'}


def tape(context, home):
    """The walks of chapter 10 get what the tape gets, in order, or a recursion.

    Bad input keeps the picture"""
    page = context.new_page()
    page.goto(home + 'tape.html')
    note = lambda what: wrong.append(f'{home}: tape: {what}')
    shown = lambda key: page.eval_on_selector_all(
        f'#tw-root [data-{key}]', f'all => all.map(e => +e.dataset.{key})')
    texts = page.eval_on_selector_all('#tw-root [data-text]',
                                      'all => all.map(e => e.dataset.text)')
    texts += ['x = 2\ny = -1\nh = (2*x - y)**2 / (x + 1)\nz = h - x*y + 3',
              'x = .5\ny = x**-2 - -x / 4', 'w = 1e1\nw = w']
    for text in texts:
        page.fill('#tw-text', text)
        right,naive,visits = walks_of(text)
        values,grads = map(list, zip(*right))
        # each begins at 0
        for way,g,n in ('recursion', naive, visits), ('order', grads, len(right)):
            page.check(f'#tw-root [value={way}]')
            page.focus('#tw-picture')
            for _ in range(n): page.keyboard.press('ArrowRight')
            found = shown('value'), shown('grad')
            theirs,ours = [torch.tensor(t, dtype=torch.float64)
                           for t in (found, [values, g])]
            if not torch.allclose(theirs, ours, rtol=1e-12, atol=1e-12):
                note(f'{text!r}, {way}: {found}, and by the library {right}, {g}')
            if f'{n} visit' not in page.inner_text(f'#tw-{way}'):
                note(f'{text!r}, {way}: not {n} visits')
            counts['numbers'] += 2*len(right)
    sizes = {}  # the layout stays as it is while the numbers come in
    page.fill('#tw-text', texts[2])
    for way in 'recursion', 'order':
        page.check(f'#tw-root [value={way}]')
        for _ in range(12):
            page.click('#tw-root [data-do=step]')
            sizes[page.get_attribute('#tw-picture svg', 'viewBox')] = way
    if len(sizes) > 1: note(f'{texts[2]!r} is drawn in {len(sizes)} sizes')
    for text in (texts[2], 'x = 2\ny = x*x*x*x*x',
                 'x = 2\ny = -1\nz = (2*x - y)**2 / (x + 1) - x*y + 3'):
        page.fill('#tw-text', text)
        crossed = page.eval_on_selector('#tw-picture svg', crossed_numbers)
        if crossed: note(f'{text!r}: arrows cross {crossed}')
    page.fill('#tw-text', 'a = 3  # a comment\n# another\nb = a*a')
    if page.inner_text('#tw-error'): note('a comment is refused')
    if 'how much b grows' not in page.inner_text('#tw-means'):
        note('a.g is not explained')
    picture = page.inner_html('#tw-picture')
    for text,why in refused.items():
        page.fill('#tw-text', text)
        said = page.inner_text('#tw-error')
        if why not in said: note(f'{text!r}: {said!r}, and not {why!r}')
        if page.inner_html('#tw-picture') != picture:
            note(f'{text!r} changed the picture')
    page.close()


def downhill(start, lr, mu, steps):
    "Where the racers are in the end, by the library: name -> w, b and the loss"
    x = torch.linspace(1, 3, 20, dtype=torch.float64)[:,None]
    y = .8*x - .5
    racers = {'gradient descent': lambda p: SGD(p, lr),
              'momentum': lambda p: SGD(p, lr, mu),
              'Nesterov': lambda p: SGD(p, lr, mu, nesterov=mu > 0),
              'Adam': lambda p: Adam(p, lr)}
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
    """The racers are where the library's optimizers are.

    The dot can be dragged; past the limit descent climbs"""
    page = context.new_page()
    page.goto(home + 'optimizers.html')
    note = lambda what: wrong.append(f'{home}: race: {what}')
    lanes = '''all => Object.fromEntries(all.map(
        e => [e.firstChild.textContent, ['w', 'b', 'loss'].map(n => +e.dataset[n])]))'''

    def compare(start, lr, mu, steps):
        shown = page.eval_on_selector_all('.dr-lane', lanes)
        for name,right in downhill(start, lr, mu, steps).items():
            counts['numbers'] += 3
            theirs,ours = torch.tensor(shown[name]), torch.tensor(right)
            if not torch.allclose(theirs, ours, rtol=1e-9, atol=1e-9):
                note(f'{name}, rate {lr}: {shown[name]}, and by the library {right}')

    def dot():
        page.eval_on_selector('.dr-lane:last-child', to_middle)
        box = page.locator('.dr-lane circle.dr-handle').last.bounding_box()
        return box['x'] + box['width']/2, box['y'] + box['height']/2
    for start,lr,mu,steps in (((-1, 1.5), .1, .8, 40), ((3., -2.), .187, 0., 25),
                              ((2.5, 2.5), .02, .95, 60)):
        slide(page, dr_w=start[0], dr_b=start[1], dr_lr=lr, dr_mu=mu, dr_n=steps)
        compare(start, lr, mu, steps)
    for button,state in ('#dr-below', ''), ('#dr-above', 'lost'):
        page.click('#dr-reset')
        page.click(button)
        if page.get_attribute('.dr-lane', 'data-state') != state:
            note(f'{button} is not {state!r}')
    page.click('#dr-reset')
    page.focus('#dr-lr')
    page.keyboard.press('ArrowRight')
    compare((-1, 1.5), .101, .8, 40)
    x,y = dot()
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 20)
    if page.input_value('#dr-w') == '-1' or page.input_value('#dr-b') == '1.5':
        note('no drag')
    page.mouse.up()
    page.click('#dr-reset')
    x,y = dot()
    before = page.evaluate('scrollY')
    touch(page, [(x, y + 6*i) for i in range(12)])
    scale = page.locator('.dr-lane svg').last.bounding_box()['width']/6.5
    moved = 1.5 - float(page.input_value('#dr-b'))
    if abs(moved - 66/scale) > .15 or page.evaluate('scrollY') != before:
        note(f'a finger moves the dot by {moved:.2f}, and not {66/scale:.2f}, '
             'or scrolls the page')
    page.close()


def differences(context, home):
    """The slope of the sine is PyTorch's, but for the last digit of each value.

    The error of the formula is exact"""
    page = context.new_page()
    page.goto(home + 'referees.html')
    note = lambda what: wrong.append(f'{home}: differences: {what}')
    numbers = 'e => ["h", "found", "formula", "rounding"].map(n => +e.dataset[n])'
    page.focus('[value=central]')
    for kind in 'central', 'one-sided':
        for log in 0, -1, -2.5, -5.2, -8, -11, -15, -16:
            slide(page, fd_h=log)
            shown = page.eval_on_selector('#fd-root', numbers)
            h,found,formula,rounding = torch.tensor(shown, dtype=torch.float64)
            f,one = torch.sin, torch.ones((), dtype=torch.float64)
            if kind == 'central': right = (f(one+h) - f(one-h))/(2*h)
            else: right = (f(one+h) - f(one))/h
            with workdps(60):
                x,down = mpf(h.item()), mpf(h.item()) if kind == 'central' else 0
                exact = (sin(1+x) - sin(1-down))/(x+down)/cos(1) - 1
            counts['numbers'] += 3
            near = abs(found - right) <= 2.3e-16/h
            near = near and abs(formula.item() - exact) <= 1e-9*abs(exact)
            if not near or abs(found/one.cos() - 1 - formula - rounding) > 1e-15:
                note(f'{kind}: {shown}, and not {right}, {float(exact)}')
        page.keyboard.press('ArrowRight')
    if page.input_value('[name=fd-kind]:checked') != 'central':
        note('no way round by keyboard')
    chart = page.locator('#fd-root svg')
    width = chart.bounding_box()['width']
    chart.click(position=dict(x=width*(50 + 21*6)/400, y=50))
    if abs(float(page.input_value('#fd-h')) + 10) > .11:
        note('the chart does not set h')
    page.click('#fd-best')
    page.wait_for_function(
        "document.getElementById('fd-verdict').textContent.includes('no step')")
    page.close()


@cache
def matrix():
    "The kill matrix, by the library: layer and bug -> for each check, did it kill"
    torch.manual_seed(0)
    return {(form, bug): kills for form,bug,kills in kill_matrix()}


def kills(context, home):
    "The table of mutants is the library's kill matrix; filters show what they name"
    page = context.new_page()
    page.goto(home + 'mutants.html')
    note = lambda what: wrong.append(f'{home}: kills: {what}')
    if page.locator('#km-root tbody tr:visible').count() != 12:
        note('not 12 rows at first')
    page.click('#km-more')
    texts = """all => all.filter(e => e.getClientRects().length).map(e =>
      [...e.cells[0].children, ...[...e.cells].slice(1)].map(c => c.textContent))"""

    def shown():
        rows = page.eval_on_selector_all('#km-root tbody tr', texts)
        return {(form, bug): [k == 'killed' for k in kills] for form,bug,*kills in rows}

    def compare(what, wanted):
        right = {(form, bug): kills for (form,bug),kills in matrix().items()
                 if wanted(form, bug, kills)}
        counts['numbers'] += len(right)
        said = page.inner_text('#km-status').split()[0]
        sums = page.eval_on_selector_all('#km-counts td',
                                         'all => all.map(e => +e.textContent)')
        right_sums = [sum(k) for k in zip(*right.values())]
        if shown() != right or said != str(len(right)) or sums != right_sums:
            note(f'{what}: {said} {sums}, and not {len(right)}')
    compare('all', lambda *_: True)
    page.locator('#km-root tbody tr').nth(60).evaluate(to_middle)
    check = page.locator('#km-root thead [role=button]', has_text='gradcheck')
    check.evaluate('e => e.click()')  # without scrolling to it
    told = page.locator('#km-root [role=status]', has_text='for each output alone')
    box = told.bounding_box()
    if not box or not 0 < box['y'] < 600: note('what a check does is out of sight')
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
    of_lin = lambda form,bug,kills: 'lin' in f'{form} {bug}'.lower() and 'w.g' in bug
    compare('two words', of_lin)
    page.click('[data-check]')
    compare('ours alone', lambda form,bug,kills: kills == [False]*6 + [True])
    page.close()
