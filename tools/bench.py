"""Measure what chapters 9 and 10 show, and write nbs/speed.json: `make bench`.

`--tiny` only proves that it works, and writes nothing. `--check` measures a part, on a
quiet machine, and fails if something has become slower than nbs/speed.json says.
`--tape` measures chapter 10's part alone.

Two things that are compared run turn by turn, in one process, on the same numbers and
with the same threads. A figure is the median of the rounds. Where the middle half of
the rounds is spread over more than a tenth of the median, the machine was noisy, and
that is said."""
import argparse, gzip, json, os, platform, shutil, statistics, subprocess, sys, time
from pathlib import Path
# or the profiler reports its start and stop
os.environ.setdefault('KINETO_LOG_LEVEL', '99')
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.benchmark import Timer
from minibackprop import (Adam, BatchNorm, CrossEntropy, LayerNorm, Lin, Model, Module,
                          Mse, Relu, SGD, Var, load_mnist, operation)
from minibackprop.data import _sha256, _shipped

out = Path(__file__).parent.parent/'nbs'/'speed.json'
noisy = []


class InPlaceRelu(Module):
    "The ReLU of chapter 9 that writes over its input, and on the way back its output"
    def forward(self, inp): return inp.relu_()
    def bwd(self, out, inp):
        if self.inp_grad: inp.g = out.detach().sign_().mul_(out.g)


def turns(functions, seconds, title, pick=statistics.median, lap=.005):
    "Seconds per call of each function, picked from interleaved rounds, at least five"
    threads = torch.get_num_threads()
    timers = {name: Timer('f()', globals=dict(f=f), num_threads=threads)
              for name,f in functions.items()}
    calls = {name: max(1, int(lap/t.timeit(3).median)) for name,t in timers.items()}
    rounds, n = {name: [] for name in timers}, 0
    end = time.perf_counter() + seconds*len(timers)
    while n < 5 or time.perf_counter() < end:
        for name,t in timers.items(): rounds[name].append(t.timeit(calls[name]).median)
        n += 1
    for name,times in rounds.items():
        low,middle,high = statistics.quantiles(times, n=4)
        spread = (high-low)/middle
        if spread > .1: noisy.append(f'{title}, {name}: {spread:.0%}')
    return {name: pick(times) for name,times in rounds.items()}


def peak(f):
    "Bytes that one of many calls of `f()` allocates at most, above what was there"
    f()
    f()
    cpu = [torch.profiler.ProfilerActivity.CPU]
    with torch.profiler.profile(activities=cpu, profile_memory=True) as prof: f()
    now = most = 0
    happened = prof.profiler.kineto_results.events()
    events = [e for e in happened if e.name() == '[memory]']
    for e in sorted(events, key=lambda e: e.start_ns()):
        now += e.nbytes()
        most = max(most, now)
    return most


def two(width, opt, x, y, fused=False, relu=Relu, compiled=False):
    "A training step by hand, and the same from the same start by autograd"
    torch.manual_seed(0)
    layers = [Lin.random(784, width), relu(), Lin.random(width, 10)]
    model = Model(layers, CrossEntropy())
    net = nn.Sequential(nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 10))
    with torch.no_grad():
        for p,q in zip(net.parameters(), model.parameters()):
            p.copy_(q.t() if q.dim() == 2 else q)
    lr = 1e-6  # the numbers stay ordinary, however many steps are timed
    ours = (SGD if opt == 'SGD' else Adam)(model.parameters(), lr=lr)
    options = dict(fused=True) if fused else {}
    theirs = getattr(torch.optim, opt)(net.parameters(), lr=lr, **options)
    loss = lambda x,y: F.cross_entropy(net(x), y)
    if compiled: loss = torch.compile(loss)

    def by_hand():
        model(x, y)
        model.backward()
        ours.step()

    def by_autograd():
        loss(x, y).backward()
        theirs.step()
        theirs.zero_grad()
    return by_hand, by_autograd


def products(n, *sizes):
    "The matrix products of a step, less the gradient of the data, with nothing around"
    w = [torch.rand(j, k) for j,k in zip(sizes, sizes[1:])]
    values = [torch.rand(n, size) for size in sizes]

    def f():
        for h,w_ in zip(values, w): h @ w_
        for h,g in zip(values, values[1:]): h.t() @ g
        for g,w_ in zip(values[2:], w[1:]): g @ w_.t()
    return f


def written_out(width, x, y):
    "A step in one function, with every trick of chapter 9 and no layer"
    by_column = lambda j, k: (torch.randn(k, j)*(2/j)**.5).t()
    params = w1,b1,w2,b2 = [by_column(784, width), torch.zeros(width),
                            by_column(width, 10), torch.zeros(10)]
    index, n = y.unsqueeze(0), len(y)

    def f():
        h = b1.addmm(x, w1).relu_()
        log_p = b2.addmm(h, w2).t().log_softmax(0)
        own = log_p.new_full((1, n), -1/n)
        (own*log_p.gather(0, index)).sum()
        g = log_p.exp_().mul_(own).neg_().scatter_add_(0, index, own).t()
        h_g = g @ w2.t()
        w2_g, b2_g = torch.mm(h.t(), g, out=torch.empty_like(w2)), g.sum(0)
        h_g = h.sign_().mul_(h_g)
        w1_g, b1_g = torch.mm(x.t(), h_g, out=torch.empty_like(w1)), h_g.sum(0)
        torch._foreach_add_(params, [w1_g, b1_g, w2_g, b2_g], alpha=-1e-6)
    return f


def steps(batches, widths, seconds):
    "Every batch and width, SGD and Adam"
    rows = []
    for width in widths:
        for n in batches:
            x,y = torch.rand(n, 784), torch.randint(10, (n,))
            f,g = two(width, 'SGD', x, y)
            a,b = two(width, 'Adam', x, y)
            c,d = [two(width, opt, x, y, fused=True)[1] for opt in ('Adam', 'SGD')]
            t = turns({'ours': f, 'autograd': g, 'autograd, fused': d,
                       'ours, Adam': a, 'Adam': b, 'Adam, fused': c,
                       'products': products(n, 784, width, 10),
                       'written out': written_out(width, x, y)},
                      seconds, f'step {n} x {width}')
            rows.append(dict(batch=n, width=width, **t))
            times = lambda name: f'{t["autograd"]/t[name]:.2f}'
            adam = min(t['Adam'], t['Adam, fused'])/t['ours, Adam']
            print(f'batch {n:>5}, width {width:>4}: SGD {t["ours"]*1e6:>9.1f} us, '
                  f'{times("ours")} times as fast as autograd (written out '
                  f'{times("written out")}, the products alone {times("products")}); '
                  f'Adam {adam:.2f}', flush=True)
    return rows


def memory(batches, widths):
    "Peak of a step of SGD above inputs and parameters; the gradients are a part of it"
    rows = []
    for width in widths:
        for n in batches:
            x,y = torch.rand(n, 784), torch.randint(10, (n,))
            f,g = two(width, 'SGD', x, y)
            in_place,_ = two(width, 'SGD', x, y, relu=InPlaceRelu)
            gradients = 4*(784*width + width + 10*width + 10)
            row = {'batch': n, 'width': width, 'ours': peak(f),
                   'in place': peak(in_place), 'autograd': peak(g),
                   'gradients': gradients}
            rows.append(row)
            of = lambda name: f'{row[name]/row["autograd"]:.2f}'
            print(f'batch {n:>5}, width {width:>4}: peak {row["ours"]/1e6:8.2f} MB, '
                  f'{of("ours")} of autograd\'s; in place {of("in place")}; '
                  f'the gradients alone {of("gradients")}', flush=True)
    return rows


def full_batch(n, seconds):
    "Forward and backward of 784-50-1 with MSE, against the matrix products in it"
    x,y = torch.rand(n, 784), torch.rand(n)
    model = Model([Lin.random(784, 50), Relu(), Lin.random(50, 1)], Mse())
    w1,_,w2,_ = model.parameters()
    net = nn.Sequential(nn.Linear(784, 50), nn.ReLU(), nn.Linear(50, 1))
    h,d,o = torch.rand(n, 50), torch.rand(n, 50), torch.rand(n, 1)

    def ours(inp_grad=False):
        model(x, y)
        model.backward(inp_grad)
        if inp_grad: del x.g

    def products(inp_grad=False):
        x @ w1; h @ w2; h.t() @ o; o @ w2.t(); x.t() @ d
        if inp_grad: d @ w1.t()

    def autograd():
        net.zero_grad()
        F.mse_loss(net(x)[:,0], y).backward()
    t = turns({'ours': ours, 'products': products, 'autograd': autograd,
               'ours, data gradient': lambda: ours(True),
               'products, data gradient': lambda: products(True)},
              seconds, 'full batch')
    with_data = t['ours, data gradient']/t['products, data gradient']
    print(f'full batch: {t["ours"]/t["products"]:.3f} of the products alone, '
          f'with the data gradient {with_data:.3f}; '
          f'{t["autograd"]/t["ours"]:.2f} times as fast as autograd')
    return t


def by_autograd(layer, x, g):
    "A forward and a backward of a layer of PyTorch, with the gradient of the inputs"
    leaf = x.clone().requires_grad_()

    def f():
        layer(leaf).backward(g)
        layer.zero_grad()
        leaf.grad = None
    return f


def norms(shapes, seconds):
    """Layers that normalize, forward and backward, and a step of a network with two.

    The fastest round counts: other work on the machine only ever adds."""
    rows = []
    for shape in shapes:
        image, k = len(shape) > 2, shape[-1]
        theirs = (nn.BatchNorm2d if image else nn.BatchNorm1d)(shape[1])
        pairs = [(BatchNorm(shape[1]), theirs)]
        if not image: pairs.append((LayerNorm(k), nn.LayerNorm(k)))
        for layer,theirs in pairs:
            x,g = torch.randn(shape), torch.randn(shape)

            def ours():
                layer(x).g = g
                layer.backward(inp_grad=True)
            name = type(layer).__name__
            t = turns(dict(ours=ours, autograd=by_autograd(theirs, x, g)), seconds,
                      f'{name} {shape}', min)
            rows.append(dict(layer=name, shape=str(shape), **t))
    for n in [shape[0] for shape in shapes if len(shape) == 2]:
        sizes = (784, 256), (256, 256)
        layers = [f for j,k in sizes
                  for f in (Lin.random(j, k), BatchNorm(k), Relu())]
        model = Model([*layers, Lin.random(256, 10)], CrossEntropy())
        layers = [f for j,k in sizes
                  for f in (nn.Linear(j, k), nn.BatchNorm1d(k), nn.ReLU())]
        net = nn.Sequential(*layers, nn.Linear(256, 10))
        sgd = SGD(model.parameters(), lr=1e-6)
        theirs = torch.optim.SGD(net.parameters(), lr=1e-6)
        x,y = torch.rand(n, 784), torch.randint(10, (n,))

        def step():
            model(x, y)
            model.backward()
            sgd.step()

        def autograd():
            F.cross_entropy(net(x), y).backward()
            theirs.step()
            theirs.zero_grad()
        t = turns(dict(ours=step, autograd=autograd), seconds,
                  f'step with BatchNorm {n}', min)
        rows.append(dict(layer='a training step', shape=f'({n}, 784)', **t))
    for r in rows:
        print(f'{r["layer"]} {r["shape"]}: {r["ours"]*1e6:.0f} us, '
              f'{r["autograd"]/r["ours"]:.2f} times as fast as PyTorch', flush=True)
    return rows


def compiled(batches, widths, seconds):
    "Against `torch.compile`, where there is a compiler"
    if not (shutil.which('g++') or shutil.which('clang++')):
        print('torch.compile: no C++ compiler on this machine')
        return []
    rows = []
    for width in widths:
        for n in batches:
            x,y = torch.rand(n, 784), torch.randint(10, (n,))
            torch._dynamo.reset()
            f,g = two(width, 'SGD', x, y, compiled=True)
            start = time.perf_counter()
            try: g()
            except Exception as e:
                print(f'torch.compile failed: {type(e).__name__}')
                return rows
            compile_s = time.perf_counter()-start
            t = turns(dict(ours=f, compiled=g), seconds, 'compiled')
            rows.append(dict(batch=n, width=width, compile_s=compile_s, **t))
            print(f'batch {n:>5}, width {width:>4}: {t["compiled"]/t["ours"]:.2f} '
                  f'times as fast as torch.compile, which took {compile_s:.0f} s to '
                  f'compile', flush=True)
    return rows


def roof():
    "The arithmetic and the memory traffic that this machine reaches, on large tensors"
    a,b = torch.rand(2048, 2048), torch.rand(2048, 2048)
    big,copy = torch.rand(2**26), torch.empty(2**26)
    t = turns(dict(product=lambda: a @ b, copy=lambda: copy.copy_(big)), 1, 'roof')
    return dict(flops=2*2048**3/t['product'], bandwidth=2*4*2**26/t['copy'])


def growth(n_steps):
    "Growth of the process over `n_steps` steps, in bytes"
    x,y = torch.rand(64, 784), torch.randint(10, (64,))
    f = two(50, 'Adam', x, y)[0]
    pages = lambda: int(Path('/proc/self/statm').read_text().split()[1])
    size = lambda: pages()*os.sysconf('SC_PAGE_SIZE')
    for _ in range(n_steps//10): f()
    before = size()
    for _ in range(n_steps): f()
    return size()-before


linear = operation('linear', lambda inp,w,b: torch.addmm(b, inp, w),
    lambda g,out,inp,w,b: g @ w.mT, lambda g,out,inp,w,b: inp.mT @ g,
    lambda g,out,inp,w,b: g.sum(0))
operation('softmax', lambda z,dim: z.softmax(dim),
          lambda g,p,z,dim: p*(g - (g*p).sum(dim, keepdim=True)))
cross_entropy = operation('cross_entropy', F.cross_entropy,
    lambda g,out,z,y: g/len(y)*(z.softmax(1) - F.one_hot(y, z.shape[1])))


def tape(batches, seconds):
    """Forward and backward of 784-50-10 on the tape and by autograd; single operations.

    The fastest round counts: what is compared is a few microseconds, and other work
    only adds."""
    steps,operations = [], []
    for n in batches:
        x,y = torch.rand(n, 784), torch.randint(10, (n,))
        params = [torch.randn(784, 50)*.05, torch.zeros(50), torch.randn(50, 10)*.2,
                  torch.zeros(10)]
        ours = [Var(p) for p in params]
        theirs = [p.clone().requires_grad_() for p in params]

        def by_tape():
            w1,b1,w2,b2 = ours
            for p in ours: p.g = None
            cross_entropy(linear(linear(x, w1, b1).relu(), w2, b2), y).backward()

        def by_autograd():
            w1,b1,w2,b2 = theirs
            for p in theirs: p.grad = None
            hidden = torch.addmm(b1, x, w1).relu()
            F.cross_entropy(torch.addmm(b2, hidden, w2), y).backward()
        t = turns(dict(tape=by_tape, autograd=by_autograd), seconds, f'tape {n}', min,
                  .0005)
        steps.append(dict(batch=n, **t))
        print(f'tape, batch {n:>5}: {t["tape"]*1e6:.0f} us, '
              f'{t["tape"]/t["autograd"]:.2f} times as long as autograd', flush=True)
    shapes = (64, 784), (64, 50), (784, 50), (50,)
    a,b,w,bias = [torch.rand(*shape) for shape in shapes]
    single = [('a + b, 64 x 50', lambda a,b: a + b, b, bias),
              ('relu, 64 x 50', lambda a: a.relu(), b), ('sum', lambda a: a.sum(), b),
              ('exp, 64 x 784', lambda a: a.exp(), a),
              ('x @ w, 784-50', lambda w: a @ w, w)]
    for name,f,*args in single:
        ours,theirs = [Var(t) for t in args], [t.clone().requires_grad_() for t in args]
        t = turns(dict(plain=lambda: f(*args), tape=lambda: f(*ours),
                       autograd=lambda: f(*theirs)), seconds, name, min, .0005)
        operations.append(dict(name=name, **t))
        print(f'{name:<16} plain {t["plain"]*1e6:.1f} us, recorded by the tape '
              f'{t["tape"]/t["plain"]:.2f} and by autograd '
              f'{t["autograd"]/t["plain"]:.2f} times as long')
    return dict(steps=steps, operations=operations)


def seconds_of(f):
    "How long the fastest of five calls takes: other work on the machine only ever adds"
    def once():
        start = time.perf_counter()
        f()
        return time.perf_counter()-start
    return min(once() for _ in range(5))


def library():
    "Seconds of `load_mnist()`, of unpacking, and of what `import minibackprop` adds"
    def unpack():
        for name in _sha256: gzip.decompress((_shipped()/f'{name}.gz').read_bytes())
    code = ('import time, torch, matplotlib.pyplot, fastcore.all; '
            's = time.perf_counter(); '
            'import minibackprop; print(time.perf_counter()-s)')
    command = [sys.executable, '-c', code]
    took = [float(subprocess.check_output(command, text=True)) for _ in range(3)]
    return dict(load_mnist=seconds_of(load_mnist), unpack=seconds_of(unpack),
                import_minibackprop=statistics.median(took))


def slower(found, before):
    "A sentence for each figure over its bound, or worse than `before` by more than 8 %"
    gains = {(r['batch'], r['width']): r['autograd']/r['ours'] for r in before['steps']}
    for r in found['steps']:
        now,then = r['autograd']/r['ours'], gains[r['batch'], r['width']]
        if now < .92*then:
            yield (f'batch {r["batch"]}, width {r["width"]}: {now:.2f} times as '
                   f'fast as autograd, was {then:.2f}')
    full,lib,step = found['full_batch'], found['library'], found['tape']['steps'][0]
    for what,ratio,bound in (
        ('full batch, next to its products', full['ours']/full['products'], 1.06),
        ('the tape, next to autograd', step['tape']/step['autograd'], 1.15),
        ('load_mnist, next to unpacking', lib['load_mnist']/lib['unpack'], 2.5),
        ('import minibackprop, in seconds', lib['import_minibackprop'], .2)):
        if ratio > bound: yield f'{what}: {ratio:.3f}, and {bound} is the bound'


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--tiny', action='store_true',
                        help='smallest sizes, nothing written')
    parser.add_argument('--check', action='store_true',
                        help='a part of the sizes, compared with nbs/speed.json')
    parser.add_argument('--compile', action='store_true',
                        help='against torch.compile, too: some minutes')
    parser.add_argument('--tape', action='store_true',
                        help="only chapter 10's part, put into nbs/speed.json")
    args = parser.parse_args()
    batches,widths,seconds = [1, 16, 64, 256, 1024, 8192], [16, 50, 256, 1024], .4
    if args.tiny: batches,widths,seconds = [1, 16], [16], .02
    if args.check: batches,widths = [1, 16, 64, 256, 1024], [50]
    if args.tape:
        known = dict(json.loads(out.read_text()), tape=tape([64, 1024], 2))
        out.write_text(json.dumps(known, indent=1) + '\n')
        sys.exit(f'WARNING: the machine was noisy: {noisy}' if noisy else 0)
    start = time.perf_counter()
    shapes = [(16, 16)] if args.tiny else [(64, 50), (128, 256), (1024, 1024),
                                           (64, 16, 14, 14)]
    found = dict(
        machine=f'{platform.machine()}, {os.cpu_count()} cores, '
                f'{torch.get_num_threads()} threads, PyTorch {torch.__version__}',
        roof=roof() if not args.tiny else {}, steps=steps(batches, widths, seconds),
        memory=memory(batches, widths), norms=norms(shapes, seconds),
        full_batch=full_batch(500 if args.tiny else 50_000, seconds*2),
        growth=growth(100 if args.tiny else 10_000), library=library(),
        tape=tape([64, 1024], seconds*2),
        compiled=compiled(batches, widths, seconds) if args.compile else [])
    found['noisy'] = noisy
    print(f'growth over the steps {found["growth"]/1e6:.1f} MB; {found["library"]}; '
          f'{time.perf_counter()-start:.0f} s')
    if noisy: print(f'WARNING: the machine was noisy in {len(noisy)} measurements, '
                    f'such as {noisy[0]} of the median')
    if args.check:
        worse = list(slower(found, json.loads(out.read_text())))
        sys.exit('\n'.join(['SLOWER:', *worse]) if worse else 0)
    if not args.tiny: out.write_text(json.dumps(found, indent=1) + '\n')
