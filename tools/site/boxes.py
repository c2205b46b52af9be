"""The boxes of the exercises, in Chromium: they judge answers as the library does"""
import math, re
from functools import cache
import numpy as np
import torch
from minibackprop.exercises.judges import _chapters, _exercises, _verdict
from minibackprop.exercises.notebooks import _imports, read_exercises
from chromium import retype
from exercises import knows
from faults import counts, docs, wrong


def spoiled(value):
    "A value, changed in each of several ways"
    if isinstance(value, tuple):
        yield from (value[:-1], value[::-1], (*value, 1), 'xyzzy', 7)
        for i,v in enumerate(value):
            for other in spoiled(v): yield (*value[:i], other, *value[i+1:])
    elif isinstance(value, str):
        yield from (value.upper(), value[:-1], value + 'z', 3, (1, 2))
    elif isinstance(value, bool): yield from (not value, int(value), 2, 'xyzzy')
    else:
        yield from (-value, value + 1, value*2., value/3, value*1.0004, value*1.01,
                    value*1e-7, (value,), 'xyzzy', True)


@cache
def judged():
    """The exercises whose answers are values, by number: the texts of answers.

    Each with whether the book lists it, and what the library says. The texts are all
    right and wrong answers that the book lists, also without quotes, and the right ones
    spoiled"""
    known, found = _exercises(), {}
    chapters = tuple(f'_{chapter}' for chapter in _chapters.values())
    for file in sorted((docs.parent/'nbs').glob('*.ipynb')):
        if not file.stem.endswith(chapters): continue
        for e in read_exercises(file):
            if e['stub'].strip() != 'answer = ...': continue
            ex, space = known[e['number']], _imports(file)
            space |= dict(torch=torch, math=math, np=np, inf=math.inf)
            exec(e['solution'], space)
            written = lambda v: re.sub(r'np.float64\((.*?)\)', r'\1', repr(v))
            source = e['solution'].partition('answer = ')[2].strip()
            source = re.sub(r'\s+#.*', '', source)
            one_line = [source] if '\n' not in source else []
            listed = dict.fromkeys([written(space['answer']), *one_line,
                                    *ex.right, *ex.wrong])
            others = [text for text in map(written, spoiled(space['answer']))
                      if text not in listed]
            said = {text: _verdict(ex, eval(text, dict(space)))
                    for text in [*listed, *others]}
            bare = [text for text in listed
                    if "'" in text and not re.search(r"'\w+, \w", text)]
            found[ex.number] = [(text, text in listed, *said[text]) for text in said]
            found[ex.number] += [(text.replace("'", ''), True, *said[text])
                                 for text in bare]
    return found


answer_all = """(form, texts) => texts.map(text => {
  form.querySelector('input').value = text
  form.querySelector('button').click()
  return form.querySelector('p').textContent
})"""


def answers(page, note):
    """A box says of each answer that the book lists what the library says.

    So it does of others. Of others that are not in the table of a judge it may say
    something else, but not that they are right"""
    for form in page.query_selector_all('.answer'):
        n = form.get_attribute('data-number')
        with_table = "['table'" in str(knows(_exercises()[n].judge))
        said = form.evaluate(answer_all, [text for text,*_ in judged()[n]])
        for found,(text,listed,word,why) in zip(said, judged()[n]):
            right = f'{word[:1].upper()}{word[1:]}. {why}'.replace('`', '')
            same = found.removesuffix('.') == right.removesuffix('.')
            counts['answers' if listed else 'spoiled answers' if same
                   else 'that hear another sentence'] += 1
            too_kind = found.startswith('Right') and word != 'right'
            free = with_table and not listed and not too_kind
            if not same and not free:
                note(f'{n}: {text!r}: {found!r}, and not {right!r}')


# what is typed, and how the sentence under the box begins
unread = 'This cannot be read: '
to_3_1 = {
    '(4, 2': unread + 'a closing )', '4 2': unread + 'write a comma',
    '0,114; 0,1': unread + 'write a point',
    '(11.4%, 3)': unread + '% is not read here: write 0.114.',
    '[4, 2, 7]': 'Not right yet. ', 'ln 4, 2, 6': unread + 'write log(4)',
    '(4, 2) (6)': unread + 'a comma is missing', '“4”, 6/3, 2*3.': 'Right. '}
to_7_1 = {
    '6,908': unread + 'write a point', '0,114': unread + 'write a point',
    'log 1000': unread + 'write log(1000)', 'ln(1000)': 'Right. ', '6.9': 'Right. '}
to_6_2 = dict.fromkeys(
    ('F,T,F,F,T,T,F', 'no yes no no yes yes no',
     '(false, true, false, false, true, true, false)'), 'Right. ')
# how the label of a box ends
labels = {
    'losses': {
        '7-3': 'each a number', '7-4': 'each a number or the word inf',
        '7-6': 'each a tuple such as (1, 2, 3)'},
    'broadcasting': {
        '1-1': 'each a tuple such as (2, 3) or the word error',
        '1-3': 'each a tuple such as (-2, -1)'}}


def by_keyboard(page, home, note):
    "Answers to 3.1, then its hints, with no key but those that anybody would press"
    page.goto(home + 'backward.html')
    said = lambda: page.inner_text('#said-3-1')
    page.focus('#answer-3-1')
    for typed,begin in to_3_1.items():
        retype(page, typed)
        page.keyboard.press('Enter')
        if not said().startswith(begin): note(f'{typed} hears {said()!r}')
    page.keyboard.type(' ')
    if said(): note('what was right, and is not there any more, is right')
    hints = '[aria-label="Hints to 3.1"] p'
    seen = 'all => all.filter(e => e.checkVisibility()).length'
    focused = lambda: page.evaluate('document.activeElement.tagName')
    for i in 1, 2, 3:
        page.keyboard.press('Tab')
        while i == 1 and focused() != 'SUMMARY': page.keyboard.press('Tab')
        page.keyboard.press('Enter')
        shown = page.eval_on_selector_all(hints, seen)
        if shown != i: note(f'{shown} hints, and not {i}')
    if page.is_visible('.in-notebook'):
        note('the cells of the notebook are there, too')


def boxes(context, home):
    "Boxes judge as the library does, read what people type, and say what they want"
    note = lambda what: wrong.append(f'{home}: answers: {what}')
    for chapter in _chapters.values():
        page = context.new_page()
        page.goto(f'{home}{chapter}.html')
        answers(page, note)
        if re.search('not done yet', page.inner_text('main')):
            note(f'{chapter}: not done yet')
        page.close()
    page = context.new_page()
    by_keyboard(page, home, note)
    for chapter,n,sayings in ('losses', '7-1', to_7_1), ('check', '6-2', to_6_2):
        page.goto(f'{home}{chapter}.html')
        for typed,begin in sayings.items():
            page.fill(f'#answer-{n}', typed)
            page.press(f'#answer-{n}', 'Enter')
            said = page.inner_text(f'#said-{n}')
            if not said.startswith(begin): note(f'{typed} hears {said!r}')
    for chapter,forms in labels.items():
        page.goto(f'{home}{chapter}.html')
        for n,form in forms.items():
            label = page.inner_text(f'[for=answer-{n}]')
            if not label.endswith(form): note(f'{n}: {label}')
        if 'In the notebook: put your answer' not in page.inner_text('#exercises'):
            note(f'{chapter}: where are the dots?')
    page.close()
    silent = context.browser.new_context(java_script_enabled=False)
    page = silent.new_page()
    page.goto(home + 'backward.html')
    if not page.is_visible('.in-notebook') or page.is_visible('.answer'):
        note('without scripts there is no text, or a box')
    silent.close()
