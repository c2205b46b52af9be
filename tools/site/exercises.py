"""The exercises on the site: their hints, and a box for each answer that is a value, judged in the page as the library does.

What a judge knows is read from its closure. It stands in base64 in a script of the page, and answers.js judges by it."""
import base64, html, inspect, json, math, re, shutil
from itertools import chain, permutations, product
from pathlib import Path
from bs4 import BeautifulSoup
from minibackprop.exercises.judges import _chapters, _exercises
from minibackprop.exercises.values import Judge, _plain

subsets = lambda of: [''.join(c for c,there in zip(of, chosen) if there) for chosen in product((0, 1), repeat=len(of))]
# Judges that are functions of their own are asked about each answer that can be meant, and the page has the table. The number
# says how deep their sets lie, in which neither order nor repetition counts; None: there are no sets.
asked = dict(
    _two_lines=(0, [tuple(map(int, s)) for s in subsets('1234567')]),
    _judge_leaves=(1, [*product(subsets('abcd'), repeat=2)]),
    _trapped=(None, [*product((False, True), repeat=7)]),
    _axes=(None, [*chain(*(permutations((-3, -2, -1, 0, 1, 2), n) for n in range(4)))]),
    _infinite=(None, [float('inf'), -float('inf'), float('nan'), 150, 0]))


def knows(judge):
    "What a judge knows, as answers.js takes it: the kind, and what belongs to it. Values are written as in Python"
    look = getattr(judge, 'look', judge)
    kind, seen = look.__qualname__.split('.')[0], inspect.getclosurevars(look)
    has = seen.nonlocals
    if kind in ('is_value', '_count'):
        mistakes = {repr(_plain(wrong)): why for wrong,why in has['mistakes'].items()}
        return ['value', repr(has['right']), mistakes, has.get('tol', 1e-9), kind == '_count']
    if kind == 'is_tuple': return ['tuple', [*map(knows, has['judges'])], [*has['names']], has['named']]
    if kind == '_letters': return ['letters', has['right'], has['why']]
    inner = [o for o in {**seen.globals, **has}.values() if isinstance(o, Judge)]
    if kind == '_rounded': return ['rounded', knows(has['judge'])]
    if len(inner) == 1: return knows(inner[0])  # one that reads more forms
    if kind not in asked: raise SystemExit(f'tools/site/exercises.py: which answers may be given to {kind}?')
    depth,answers = asked[kind]
    said = {}
    for answer in answers: said.setdefault(look(answer), []).append(repr(answer))
    return ['table', [[why, sources] for why,sources in said.items()], look('xyzzy'), depth]


def samples(known):
    "What entries of an answer look like, for the label of its box: in an order that does not tell which is where"
    kind,first,*_ = known[1] if known[0] == 'rounded' else known
    if kind == 'tuple': return {sample for part in first for sample in samples(part)}
    right = eval(first, dict(vars(math))) if kind == 'value' else ''  # inf and nan are written like this
    if isinstance(right, (tuple, list)): return {'(2, 3)'}
    return {'word' if isinstance(right, str) else 'True' if isinstance(right, bool) else '0.25'}


def form_of(known):
    "What kind of answer a judge wants, for the label of the box"
    kind,first,*_ = known[1] if known[0] == 'rounded' else known
    if kind == 'letters': return 'letters, such as be'
    if kind == 'table': return 'as the task says'
    right = first if kind == 'tuple' else eval(first, dict(vars(math)))
    if isinstance(right, (tuple, list)):
        parts = first if kind == 'tuple' else [['value', repr(part)] for part in right]
        return f'{len(parts)} entries with commas between them, each like {" or ".join(sorted(samples(["tuple", parts])))}'
    if isinstance(right, str): return 'a word'
    return 'True or False' if isinstance(right, bool) else 'a number to four digits, or a fraction such as 1/4'


box = '''<form class="answer on-screen" data-number="{number}" hidden><label for="answer-{id}">Your answer to {number}: {form}</label>
<div><input id="answer-{id}" autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" aria-describedby="said-{id}"/>
<button aria-label="Check the answer to {number}">Check</button></div><p id="said-{id}" role="status" aria-live="polite"></p></form>'''
note = '''<p class="answer-note on-screen" hidden>Where there is a box, answer here, in the page: with or without brackets and quotes, and
<code>1/3</code> is as good as 0.3333. Nothing is recorded or sent. The others you answer in the notebook, and all have hints here.</p>'''


def hints(ex):
    "The three hints, folded; each shows when the one before is open"
    coded = lambda text: re.sub('`(.+?)`', r'<code>\1</code>', html.escape(text, quote=False))
    folds = [f'<details><summary>Hint {i}</summary><p>{coded(text)}</p></details>' for i,text in enumerate(ex.hints, 1)]
    return f'<div class="hints on-screen" role="group" aria-label="Hints to {ex.number}">{"".join(folds)}</div>'


def not_done_yet(soup):
    "A chapter is printed as it comes: no exercise is done yet, and a page of the site need not say so"
    for output in soup.select('#exercises .cell-output'):
        if re.match(r'\w+\.\d+: not done yet', output.get_text().strip()): output.decompose()


def answers_in_page(site, page, soup):
    "Boxes and hints in a chapter; how many boxes there are. The cells that a box takes the place of stay for who has no scripts"
    if page.removesuffix('.html') not in _chapters.values(): return 0
    known, boxes = _exercises(), {}
    for cell in soup.select('#exercises .cell.on-screen'):
        code = cell.pre.get_text()
        if not (call := re.match(r"check_answer\('([^']+)', ", code)): continue
        ex, stub = known[call[1]], cell.find_previous_sibling(class_='cell')
        added = hints(ex)
        if stub.pre.get_text().strip() == 'answer = ...':
            boxes[ex.number] = ex.more, knows(ex.judge)
            added = box.format(number=ex.number, id=ex.number.replace('.', '-'), form=form_of(boxes[ex.number][1])) + added
            for old in stub, cell: old['class'] = [*old['class'], 'in-notebook']
        cell.insert_after(BeautifulSoup(added, 'html.parser'))
    if not boxes: return 0
    soup.select_one('#exercises > h2').insert_after(BeautifulSoup(note, 'html.parser'))
    name = f'judges-{page.removesuffix(".html")}.js'
    data = base64.b64encode(json.dumps(boxes, separators=(',', ':')).encode()).decode()
    (site/'site_libs'/name).write_text(f"window.bookJudges = '{data}'\n")
    shutil.copy(Path(__file__).with_name('answers.js'), site/'site_libs')
    for file in name, 'answers.js': soup.head.append(soup.new_tag('script', src=f'site_libs/{file}', defer=''))
    return len(boxes)
