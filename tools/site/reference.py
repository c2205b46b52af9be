"""The entries of the API reference: what `show_doc` makes of a name, with anchor, source, signature and a table."""
import ast, dataclasses, inspect, json, pkgutil, re, textwrap
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from nbdev.config import get_config

root = Path(__file__).parent.parent.parent


def modules(package):
    "The modules of a package, and of the packages in it"
    return [import_module(m.name) for m in pkgutil.walk_packages(import_module(package).__path__, f'{package}.')]


def parameters(o):
    "What `o` takes and returns, as its source has it: the words of its signature; rows of name, type and comment"
    if dataclasses.is_dataclass(o): return fields(o)
    if inspect.isclass(o): o = next((vars(c)['__init__'] for c in o.__mro__[:-1] if '__init__' in vars(c)), None)
    if o is None: return [], []
    text = textwrap.dedent(inspect.getsource(o))
    f, lines, word = ast.parse(text).body[0], text.splitlines(), lambda node: ast.unparse(node) if node else ''
    comment = lambda line: lines[line-1].partition(' # ')[2]
    args, rows = f.args, []
    values = [None]*(len(args.args)-len(args.defaults)) + args.defaults
    every = [*zip(args.args, values, ['']*len(values)), *[(args.vararg, None, '*')]*bool(args.vararg),
             *zip(args.kwonlyargs, args.kw_defaults, ['']*len(args.kwonlyargs)),
             *[(args.kwarg, None, '**')]*bool(args.kwarg)]
    every = [(a, value, star) for a,value,star in every if a.arg not in ('self', 'cls')]
    rows = [(star+a.arg, word(a.annotation), comment(a.lineno)) for a,_,star in every]
    if f.returns: rows.append(('returns', word(f.returns), comment(f.returns.end_lineno)))
    elif comment(f.body[0].lineno-1) and len(lines) > 1 and lines[f.body[0].lineno-2].startswith(')'):
        rows.append(('returns', '', comment(f.body[0].lineno-1)))
    words = [star+a.arg + (f'={word(value)}' if value else '') for a,value,star in every]
    if args.kwonlyargs and not args.vararg: words.insert(-len(args.kwonlyargs)-bool(args.kwarg), '*')
    return words, rows


def fields(o):
    "The same of a dataclass, from the lines of its fields"
    lines = inspect.getsource(o).splitlines()
    found = [n for n in ast.parse(textwrap.dedent('\n'.join(lines))).body[0].body if isinstance(n, ast.AnnAssign)]
    rows = [(n.target.id, ast.unparse(n.annotation), lines[n.lineno-1].partition(' # ')[2]) for n in found]
    return [name for name,*_ in rows], rows


def entry(name):
    "What stands above the words of an entry: where the source is, the signature, and the parameters"
    first, every = name.split('.')[0], modules('minibackprop')
    whole, = [m for m in every if first in getattr(m, '__all__', ()) and vars(m)[first].__module__ == m.__name__]
    o = inspect.unwrap(attrgetter(name)(whole))
    file, line = Path(inspect.getsourcefile(o)).relative_to(root), inspect.getsourcelines(o)[1]
    words, rows = parameters(o)
    call = name.split('.')[-1] + '('
    signature = textwrap.fill(call + ', '.join(words) + ')', 84, subsequent_indent=' '*len(call), break_on_hyphens=False)
    head = f'[{file}, line {line}]({get_config().git_url}/blob/main/{file}#L{line})\n\n'
    if inspect.isclass(o) and any(t.startswith('_') for _,t,_ in rows): return head  # only the library makes one
    head += f'```python\n{signature}\n```\n\n'
    if not any(comment for *_,comment in rows): return head
    kind = lambda t: f'`{t}`: '.replace('torch.', '').replace('|', r'\|') if t else ''
    plain = lambda c: c.replace('|', r'\|').replace("''", r"\'\'")  # a quote of code is no quotation mark
    cells = [(n if n == 'returns' else f'`{n}`') + ' | ' + kind(t) + plain(c) for n,t,c in rows]
    return head + '\n'.join(['| parameter | what it is |', '|---|---|', *[f'| {c} |' for c in cells]]) + '\n\n'


def as_entry(cell):
    "An entry of the API reference, from what `show_doc` has made"
    name = re.search(r'show_doc\(([\w.]+)', ''.join(cell['source']))[1]
    for o in cell['outputs']:
        text = ''.join(o['data']['text/markdown'])
        level, words = re.search(r'^(#+) .*?```python\n.*?\n```\n*(.*)', text, re.M | re.S).groups()
        o['data']['text/markdown'] = f'{level} {name} {{#{name}}}\n\n{entry(name)}{words}'


def page(title, description, cells, nb):
    "A notebook of the reference"
    head = f'---\ntitle: {title}\ndescription: {json.dumps(description)}\n---\n'
    return json.dumps(dict(nb, cells=[dict(cell_type='raw', metadata={}, source=head), *cells]))


def raise_headings(text):
    "What was under the heading of a module, on a page of its own"
    return re.sub(r'^#(?=##+ )', '', text, flags=re.M)


def split(file):
    "From one notebook a page for each module, and in its place a list of all names, which keeps their addresses"
    nb = json.loads(file.read_text())
    rest, parts = [], {}
    for cell in nb['cells']:
        source = ''.join(cell['source'])
        if found := re.match(r'## minibackprop\.([\w.]+)\n', source): name = found[1]
        elif source.startswith('## '): name = None
        elif not parts: name = None
        (parts.setdefault(name, []) if name else rest).append(cell)
    at = next(i for i,cell in enumerate(rest) if ''.join(cell['source']).startswith('## '))
    listed = []
    for name,cells in parts.items():
        first, target, names = ''.join(cells[0]['source']).partition('\n\n')[2], f'reference_{name.split(".")[-1]}', []
        for cell in cells:
            texts = [''.join(o.get('data', {}).get('text/markdown', '')) for o in cell.get('outputs', [])]
            text = ''.join(cell['source']) if cell['cell_type'] == 'markdown' else '\n'.join(texts)
            names += [(n, f'<code>{n}</code>') for n in re.findall(r'^###+ ([\w.]+)', text, re.M)]
            names += [(n, '(picture)') for n in re.findall(r'^#\| label: (fig-\S+)', ''.join(cell['source']), re.M)]
            if cell['cell_type'] == 'markdown': cell['source'] = raise_headings(text)
            for o in cell.get('outputs', []):
                if 'text/markdown' in o.get('data', {}):
                    o['data']['text/markdown'] = raise_headings(''.join(o['data']['text/markdown']))
        last = name.split('.')[-1]
        if last != name: first += f' <span id="minibackprop.{dict(report="check").get(last, last)}"></span>'  # its old address
        links = ' '.join(f'<a class="moved" id="{n}" href="{target}.html#{n}">{text}</a>' for n,text in names)
        heading = f'## [minibackprop.{name}]({target}.ipynb) {{#minibackprop.{name}}}'
        listed.append(dict(cell_type='markdown', metadata={}, source=f'{heading}\n\n{first}\n\n{links}'))
        cells[0]['source'] = f'{first}\n\nThe examples are cells of [one notebook](reference.ipynb), and use what it has imported.'
        about = f'Every name of minibackprop.{name}: what it takes and returns, what it raises, and an example.'
        file.with_name(f'{target}.ipynb').write_text(page(f'minibackprop.{name}', about, cells, nb))
    file.write_text(json.dumps(dict(nb, cells=[*rest[:at], *listed, *rest[at:]])))
