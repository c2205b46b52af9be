"""The exercises on the site: their hints, and a box for each answer that is a value.

The page judges it as the library does. What a judge knows is read from its closure. It
stands in base64 in a script of the page, and answers.js judges by it."""
import base64, html, inspect, json, math, re, shutil
from itertools import chain, permutations, product
from pathlib import Path
from bs4 import BeautifulSoup
from minibackprop.exercises.judges import _chapters, _exercises
from minibackprop.exercises.values import Judge, _plain

subsets = lambda of: [''.join(c for c,there in zip(of, chosen) if there)
                      for chosen in product((0, 1), repeat=len(of))]
# Judges that are functions of their own are asked about each answer that can be meant,
# and the page has the table. The number says how deep their sets lie, in which neither
# order nor repetition counts; None: there are no sets.
asked = dict(
    _two_lines=(0, [tuple(map(int, s)) for s in subsets('1234567')]),
    _judge_leaves=(1, [*product(subsets('abcd'), repeat=2)]),
    _trapped=(None, [*product((False, True), repeat=7)]),
    _axes=(None, [*chain(*(permutations((-3, -2, -1, 0, 1, 2), n) for n in range(4)))]),
    _infinite=(None, [float('inf'), -float('inf'), float('nan'), 150, 0]))


def knows(judge):
    """What a judge knows, as answers.js takes it: the kind, and what belongs to it.

    Values are written as in Python"""
    look = getattr(judge, 'look', judge)
    kind, seen = look.__qualname__.split('.')[0], inspect.getclosurevars(look)
    has = seen.nonlocals
    if kind in ('is_value', '_count'):
        mistakes = {repr(_plain(wrong)): why for wrong,why in has['mistakes'].items()}
        tol, counted = has.get('tol', 1e-9), kind == '_count'
        return ['value', repr(has['right']), mistakes, tol, counted]
    if kind == 'is_tuple':
        judges = [*map(knows, has['judges'])]
        return ['tuple', judges, [*has['names']], has['named']]
    if kind == '_letters': return ['letters', has['right'], has['why']]
    inner = [o for o in {**seen.globals, **has}.values() if isinstance(o, Judge)]
    if kind == '_rounded': return ['rounded', knows(has['judge'])]
    if len(inner) == 1: return knows(inner[0])  # one that reads more forms
    if kind not in asked:
        raise SystemExit('tools/site/exercises.py: '
                         f'which answers may be given to {kind}?')
    depth,answers = asked[kind]
    said = {}
    for answer in answers: said.setdefault(look(answer), []).append(repr(answer))
    table = [[why, sources] for why,sources in said.items()]
    return ['table', table, look('xyzzy'), depth]


def right_of(known):
    "The right answer of a judge"
    kind,first,*_ = known
    if kind == 'tuple': return tuple(map(right_of, first))
    if kind == 'rounded': return right_of(first)
    if kind == 'table': first = next(sources[0] for why,sources in first if why is None)
    # inf and nan are written like this
    return first if kind == 'letters' else eval(first, dict(vars(math)))


def form_of(known, codes):
    """What an answer looks like, for the label of its box.

    It does not tell which entry is where. `codes`: the code in its task"""
    right = right_of(known)
    if known[0] == 'letters': return 'letters, such as be'
    if isinstance(right, str): return 'a word'
    if isinstance(right, bool): return 'True or False'
    if isinstance(right, int) and not known[3]: return 'a whole number'
    if not isinstance(right, tuple): return 'a number, or a fraction such as 1/4'
    # they stand for sets
    if known[0] == 'table' and isinstance(right[0], str): return 'as the task says'
    lengths, row = {len(o) for o in right if isinstance(o, tuple)}, '(2, 3)'
    if len(lengths) == 1 and min(lengths) > 2:
        row = str(tuple(range(1, max(lengths) + 1)))
    row = next((c for c in codes if re.fullmatch(r'\([-\d]+(, [-\d]+)+\)', c)), row)
    # the task says which it may be
    words = [f'the word {c[1:-1]}' for c in codes if re.fullmatch(r"'\w\w+'", c)]

    def form(entry):
        if isinstance(entry, tuple): return f'a tuple such as {row}'
        if isinstance(entry, bool): return 'True or False'
        if not isinstance(entry, str): return 'a number'
        return 'a letter' if len(entry) == 1 else 'a word'
    forms = sorted({*map(form, right)} - {'a word' if words else ''})
    each = ' or '.join(forms + words)
    return f'{len(right)} entries with commas between them, each {each}'


box = (
    '<form class="answer on-screen" data-number="{number}" hidden>'
    '<label for="answer-{id}">Your answer to {number}: {form}</label>\n'
    '<div><input id="answer-{id}" autocomplete="off" autocapitalize="off" '
    'autocorrect="off" spellcheck="false" aria-describedby="said-{id}"/>\n'
    '<button aria-label="Check the answer to {number}">Check</button></div>'
    '<p id="said-{id}" role="status" aria-live="polite"></p></form>')
note = (
    '<p class="answer-note on-screen" hidden>Where there is a box, answer here, in the '
    'page: with or without brackets and quotes, and\n<code>1/3</code> is as good as '
    '0.3333. Four digits are enough: mostly, 0.2% off is still right. Whole numbers '
    'have to be exact.\nNothing is recorded or sent. The others you answer in the '
    'notebook, and all have hints here.</p>')


def hints(ex):
    "The three hints, folded; each shows when the one before is open"
    folds = ''
    for i,text in enumerate(ex.hints, 1):
        coded = re.sub('`(.+?)`', r'<code>\1</code>', html.escape(text, quote=False))
        folds += f'<details><summary>Hint {i}</summary><p>{coded}</p></details>'
    return ('<div class="hints on-screen" role="group" '
            f'aria-label="Hints to {ex.number}">{folds}</div>')


def not_done_yet(soup):
    """A chapter is printed as it comes: no exercise is done yet.

    A page of the site need not say so"""
    for output in soup.select('#exercises .cell-output'):
        if re.match(r'\w+\.\d+: not done yet', output.get_text().strip()):
            output.decompose()


def answers_in_page(site, page, soup):
    """Boxes and hints in a chapter; returns how many boxes there are.

    The cells that a box takes the place of stay for who has no scripts"""
    if page.removesuffix('.html') not in _chapters.values(): return 0
    known, boxes = _exercises(), {}
    for cell in soup.select('#exercises .cell.on-screen'):
        code = cell.pre.get_text()
        if not (call := re.match(r"check_answer\('([^']+)', ", code)): continue
        ex, stub = known[call[1]], cell.find_previous_sibling(class_='cell')
        added = hints(ex)
        if stub.pre.get_text().strip() == 'answer = ...':
            boxes[ex.number] = ex.more, knows(ex.judge)
            codes = [c.get_text() for e in stub.find_previous_siblings()
                     for c in e.select('code')]
            form = form_of(boxes[ex.number][1], codes)
            name = ex.number.replace('.', '-')
            added = box.format(number=ex.number, id=name, form=form) + added
            for old in stub, cell: old['class'] = [*old['class'], 'in-notebook']
        cell.insert_after(BeautifulSoup(added, 'html.parser'))
    if not boxes: return 0
    asks = re.compile('Put your answer in place of the dots')
    dots = soup.select_one('#exercises').find(string=asks)
    dots.replace_with(dots.replace('Put your', 'In the notebook: put your'))
    soup.select_one('#exercises > h2').insert_after(BeautifulSoup(note, 'html.parser'))
    name = f'judges-{page.removesuffix(".html")}.js'
    data = base64.b64encode(json.dumps(boxes, separators=(',', ':')).encode()).decode()
    (site/'site_libs'/name).write_text(f"window.bookJudges = '{data}'\n")
    shutil.copy(Path(__file__).with_name('answers.js'), site/'site_libs')
    for file in name, 'answers.js':
        script = soup.new_tag('script', src=f'site_libs/{file}', defer='')
        soup.head.append(script)
    return len(boxes)
