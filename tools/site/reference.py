"""The entries of the API reference: what `show_doc` makes of a name, and more.

The anchor, where the source is, the signature, and a table of the parameters."""
import ast, dataclasses, inspect, json, pkgutil, re, textwrap
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from nbdev.config import get_config

root = Path(__file__).parent.parent.parent


def modules(package):
    "The modules of a package, and of the packages in it"
    walk = pkgutil.walk_packages(import_module(package).__path__, f'{package}.')
    return [import_module(m.name) for m in walk]


def parameters(o):
    """What `o` takes and returns, as its source has it.

    The words of its signature; rows of name, type and comment"""
    if dataclasses.is_dataclass(o): return fields(o)
    if inspect.isclass(o): o = o.__init__
    if o is object.__init__: return [], []
    text = textwrap.dedent(inspect.getsource(o))
    f, lines = ast.parse(text).body[0], text.splitlines()
    word = lambda node: ast.unparse(node) if node else ''
    comment = lambda line: lines[line-1].partition(' # ')[2]
    args = f.args
    values = [None]*(len(args.args)-len(args.defaults)) + args.defaults
    every = [(a, value, '') for a,value in zip(args.args, values)]
    if args.vararg: every.append((args.vararg, None, '*'))
    every += [(a, value, '') for a,value in zip(args.kwonlyargs, args.kw_defaults)]
    if args.kwarg: every.append((args.kwarg, None, '**'))
    every = [(a, value, star) for a,value,star in every if a.arg not in ('self', 'cls')]
    rows = [(star+a.arg, word(a.annotation), comment(a.lineno)) for a,_,star in every]
    end = f.body[0].lineno - 1
    if f.returns:
        rows.append(('returns', word(f.returns), comment(f.returns.end_lineno)))
    elif lines[end-1].startswith(')') and comment(end):
        rows.append(('returns', '', comment(end)))
    words = [star + a.arg + (f'={word(value)}' if value else '')
             for a,value,star in every]
    if args.kwonlyargs and not args.vararg:
        words.insert(-len(args.kwonlyargs)-bool(args.kwarg), '*')
    return words, rows


def fields(o):
    "The same of a dataclass, from the lines of its fields"
    text = inspect.getsource(o)
    lines, body = text.splitlines(), ast.parse(textwrap.dedent(text)).body[0].body
    found = [n for n in body if isinstance(n, ast.AnnAssign)]
    comment = lambda n: lines[n.lineno-1].partition(' # ')[2]
    rows = [(n.target.id, ast.unparse(n.annotation), comment(n)) for n in found]
    return [name for name,*_ in rows], rows


def entry(name):
    "What stands above the words of an entry: its source, signature and parameters"
    first = name.split('.')[0]
    whole, = [m for m in modules('minibackprop') if first in getattr(m, '__all__', ())
              and vars(m)[first].__module__ == m.__name__]
    o = inspect.unwrap(attrgetter(name)(whole))
    file = Path(inspect.getsourcefile(o)).relative_to(root)
    line = inspect.getsourcelines(o)[1]
    words, rows = parameters(o)
    call = name.split('.')[-1] + '('
    signature = textwrap.fill(call + ', '.join(words) + ')', 84,
                              subsequent_indent=' '*len(call), break_on_hyphens=False)
    head = f'[{file}, line {line}]({get_config().git_url}/blob/main/{file}#L{line})\n\n'
    # only the library makes one
    if inspect.isclass(o) and any(t.startswith('_') for _,t,_ in rows): return head
    head += f'```python\n{signature}\n```\n\n'
    if not any(comment for *_,comment in rows): return head
    kind = lambda t: f'`{t}`: '.replace('torch.', '').replace('|', r'\|') if t else ''
    # a quote of code is no quotation mark
    plain = lambda c: c.replace('|', r'\|').replace("''", r"\'\'")
    code = lambda n: n if n == 'returns' else f'`{n}`'
    table = ['| parameter | what it is |', '|---|---|']
    table += [f'| {code(n)} | {kind(t)}{plain(c)} |' for n,t,c in rows]
    return head + '\n'.join(table) + '\n\n'


def as_entry(cell):
    "An entry of the API reference, from what `show_doc` has made"
    name = re.search(r'show_doc\(([\w.]+)', ''.join(cell['source']))[1]
    for o in cell['outputs']:
        text = ''.join(o['data']['text/markdown'])
        made = re.search(r'^(#+) .*?```python\n.*?\n```\n*(.*)', text, re.M | re.S)
        level, words = made.groups()
        heading = f'{level} {name} {{#{name}}}'
        o['data']['text/markdown'] = f'{heading}\n\n{entry(name)}{words}'


def page(title, description, cells, nb):
    "A notebook of the reference"
    head = f'---\ntitle: {title}\ndescription: {json.dumps(description)}\n---\n'
    title = dict(cell_type='raw', metadata={}, source=head)
    return json.dumps(dict(nb, cells=[title, *cells]))


def raise_headings(text):
    "What was under the heading of a module, on a page of its own"
    return re.sub(r'^#(?=##+ )', '', text, flags=re.M)


def split(file):
    """From one notebook a page for each module, and in its place a list of all names.

    The list keeps their addresses"""
    nb = json.loads(file.read_text())
    rest, parts, name = [], {}, None
    for cell in nb['cells']:
        source = ''.join(cell['source'])
        if found := re.match(r'## minibackprop\.([\w.]+)\n', source): name = found[1]
        elif source.startswith('## '): name = None
        (parts.setdefault(name, []) if name else rest).append(cell)
    at = next(i for i,cell in enumerate(rest)
              if ''.join(cell['source']).startswith('## '))
    listed = []
    for name,cells in parts.items():
        last, names = name.split('.')[-1], []
        target, whole = f'reference_{last}', f'minibackprop.{name}'
        first = ''.join(cells[0]['source']).partition('\n\n')[2]
        for cell in cells:
            source = text = ''.join(cell['source'])
            made = [o['data'] for o in cell.get('outputs', [])
                    if 'text/markdown' in o.get('data', {})]
            if cell['cell_type'] != 'markdown':
                text = '\n'.join(''.join(data['text/markdown']) for data in made)
            names += [(n, f'<code>{n}</code>')
                      for n in re.findall(r'^###+ ([\w.]+)', text, re.M)]
            names += [(n, '(picture)')
                      for n in re.findall(r'^#\| label: (fig-\S+)', source, re.M)]
            if cell['cell_type'] == 'markdown': cell['source'] = raise_headings(text)
            for data in made:
                data['text/markdown'] = raise_headings(''.join(data['text/markdown']))
        if last != name:  # its old address
            old = dict(report='check').get(last, last)
            first += f' <span id="minibackprop.{old}"></span>'
        moved = [f'<a class="moved" id="{n}" href="{target}.html#{n}">{text}</a>'
                 for n,text in names]
        source = '\n\n'.join([f'## [{whole}]({target}.ipynb) {{#{whole}}}', first,
                              ' '.join(moved)])
        listed.append(dict(cell_type='markdown', metadata={}, source=source))
        cells[0]['source'] = (f'{first}\n\nThe examples are cells of [one notebook]'
                              '(reference.ipynb), and use what it has imported.')
        about = (f'Every name of {whole}: what it takes and returns, what it raises, '
                 'and an example.')
        file.with_name(f'{target}.ipynb').write_text(page(whole, about, cells, nb))
    file.write_text(json.dumps(dict(nb, cells=[*rest[:at], *listed, *rest[at:]])))
