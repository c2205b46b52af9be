"""Measure what chapter 9 shows: `make bench`. Writes nbs/speed.json. `--tiny` only proves that it works, and writes nothing.
`--check` measures a part, on a quiet machine, and fails if something has become slower than nbs/speed.json says.

Two things that are compared run turn by turn, in one process, on the same numbers and with the same threads. A figure is the
median of the rounds. Where the middle half of the rounds is spread over more than a tenth of the median, the machine was noisy, and
that is said."""
import argparse, gzip, json, os, platform, shutil, statistics, subprocess, sys, time
from pathlib import Path
os.environ.setdefault('KINETO_LOG_LEVEL', '99')  # the profiler reports its own start and stop otherwise, for each peak
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.benchmark import Timer
from minibackprop import Adam, CrossEntropy, Lin, Model, Mse, Relu, SGD, load_mnist
from minibackprop.data import _sha256, _shipped

out = Path(__file__).parent.parent/'nbs'/'speed.json'
noisy = []


def turns(functions, seconds, title):
    "Seconds per call of each function: medians of interleaved rounds"
    timers = {name: Timer('f()', globals=dict(f=f), num_threads=torch.get_num_threads()) for name,f in functions.items()}
    calls = {name: max(1, int(.005/t.timeit(3).median)) for name,t in timers.items()}
    rounds, end = {name: [] for name in timers}, time.perf_counter()+seconds*len(timers)
    while time.perf_counter() < end or min(map(len, rounds.values())) < 5:
        for name,t in timers.items(): rounds[name].append(t.timeit(calls[name]).median)
    for name,times in rounds.items():
        low,middle,high = statistics.quantiles(times, n=4)
        if high-low > .1*middle: noisy.append(f'{title}, {name}: {(high-low)/middle:.0%}')
    return {name: statistics.median(times) for name,times in rounds.items()}


def peak(f):
    "Bytes allocated at most during one of many calls of `f()`, above what there is before it"
    f()
    f()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as prof: f()
    now = most = 0
    events = [e for e in prof.profiler.kineto_results.events() if e.name() == '[memory]']
    for e in sorted(events, key=lambda e: e.start_ns()):
        now += e.nbytes()
        most = max(most, now)
    return most


def two(width, opt, x, y, fused=False, inplace=True, compiled=False):
    "A training step by hand, and the same from the same start by autograd"
    torch.manual_seed(0)
    model = Model([Lin(784, width), Relu(inplace), Lin(width, 10)], CrossEntropy())
    net = nn.Sequential(nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 10))
    with torch.no_grad():
        for p,q in zip(net.parameters(), model.parameters()): p.copy_(q.t() if q.dim() == 2 else q)
    lr = 1e-6  # the numbers stay ordinary, however many steps are timed
    ours = (SGD if opt == 'SGD' else Adam)(model.parameters(), lr=lr)
    theirs = getattr(torch.optim, opt)(net.parameters(), lr=lr, **(dict(fused=True) if fused else {}))
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
    "The matrix products of a step, less the gradient of the data, with nothing around them"
    w = [torch.rand(k, j).t() for j,k in zip(sizes, sizes[1:])]
    values = [torch.rand(n, size) for size in sizes]

    def f():
        for h,w_ in zip(values, w): h @ w_
        for h,g,w_ in zip(values, values[1:], w): torch.mm(h.t(), g, out=torch.empty_like(w_))
        for g,w_ in zip(values[2:], w[1:]): g @ w_.t()
    return f


def written_out(width, x, y):
    "The operations of a step by hand in one function, with no layer and no check around them: what is left to gain"
    w1,b1,w2,b2 = params = [p for layer in (Lin(784, width), Lin(width, 10)) for p in (layer.w, layer.b)]
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
            c,d = two(width, 'Adam', x, y, fused=True)[1], two(width, 'SGD', x, y, fused=True)[1]
            t = turns({'ours': f, 'autograd': g, 'autograd, fused': d, 'ours, Adam': a, 'Adam': b, 'Adam, fused': c,
                       'products': products(n, 784, width, 10), 'written out': written_out(width, x, y)},
                      seconds, f'step {n} x {width}')
            rows.append(dict(batch=n, width=width, **t))
            sgd, adam = t['autograd']/t['ours'], min(t['Adam'], t['Adam, fused'])/t['ours, Adam']
            print(f'batch {n:>5}, width {width:>4}: SGD {t["ours"]*1e6:>9.1f} us, {sgd:.2f} times as fast as autograd '
                  f'(written out {t["autograd"]/t["written out"]:.2f}, the products alone '
                  f'{t["autograd"]/t["products"]:.2f}); Adam {adam:.2f}', flush=True)
    return rows


def memory(batches, widths):
    "Peak of a step of SGD above inputs and parameters, and the gradients alone, which are a part of it"
    rows = []
    for width in widths:
        for n in batches:
            x,y = torch.rand(n, 784), torch.randint(10, (n,))
            f,g = two(width, 'SGD', x, y)
            plain,_ = two(width, 'SGD', x, y, inplace=False)
            row = dict(batch=n, width=width, ours=peak(f), plain=peak(plain), autograd=peak(g),
                       gradients=4*(784*width + width + 10*width + 10))
            rows.append(row)
            print(f'batch {n:>5}, width {width:>4}: peak {row["ours"]/1e6:8.2f} MB, {row["ours"]/row["autograd"]:.2f} of '
                  f'autograd\'s; the gradients alone {row["gradients"]/row["autograd"]:.2f}', flush=True)
    return rows


def full_batch(n, seconds):
    "Forward and backward of 784-50-1 with MSE on `n` images, against the matrix products in it"
    x,y = torch.rand(n, 784), torch.rand(n)
    model = Model([Lin(784, 50), Relu(inplace=True), Lin(50, 1)], Mse())
    w1,_,w2,_ = model.parameters()
    net = nn.Sequential(nn.Linear(784, 50), nn.ReLU(), nn.Linear(50, 1))
    h,d,o = torch.rand(n, 50), torch.rand(n, 50), torch.rand(n, 1)

    def ours(inp_grad=False):
        model(x, y)
        model.backward(inp_grad)
        if inp_grad: del x.g

    def products(inp_grad=False):
        x @ w1; h @ w2; h.t() @ o; o @ w2.t(); torch.mm(x.t(), d, out=torch.empty_like(w1))
        if inp_grad: d @ w1.t()

    def autograd():
        net.zero_grad()
        F.mse_loss(net(x)[:,0], y).backward()
    t = turns({'ours': ours, 'products': products, 'autograd': autograd, 'ours, data gradient': lambda: ours(True),
               'products, data gradient': lambda: products(True)}, seconds, 'full batch')
    print(f'full batch: {t["ours"]/t["products"]:.3f} of the products alone, with the data gradient '
          f'{t["ours, data gradient"]/t["products, data gradient"]:.3f}; {t["autograd"]/t["ours"]:.2f} times as fast as autograd')
    return t


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
            rows.append(dict(batch=n, width=width, compile_s=compile_s, **turns(dict(ours=f, compiled=g), seconds, 'compiled')))
            print(f'batch {n:>5}, width {width:>4}: {rows[-1]["compiled"]/rows[-1]["ours"]:.2f} times as fast as torch.compile, '
                  f'which took {compile_s:.0f} s to compile', flush=True)
    return rows


def roof():
    "The arithmetic and the memory traffic that this machine reaches: a large product, a large copy"
    a,b,big,copy = torch.rand(2048, 2048), torch.rand(2048, 2048), torch.rand(2**26), torch.empty(2**26)
    t = turns(dict(product=lambda: a @ b, copy=lambda: copy.copy_(big)), 1, 'roof')
    return dict(flops=2*2048**3/t['product'], bandwidth=2*4*2**26/t['copy'])


def growth(n_steps):
    "Growth of the process over `n_steps` steps, in bytes"
    x,y = torch.rand(64, 784), torch.randint(10, (64,))
    f = two(50, 'Adam', x, y)[0]
    size = lambda: int(Path('/proc/self/statm').read_text().split()[1])*os.sysconf('SC_PAGE_SIZE')
    for _ in range(n_steps//10): f()
    before = size()
    for _ in range(n_steps): f()
    return size()-before


def seconds_of(f):
    "How long the fastest of five calls takes: other work on the machine only ever adds"
    def once():
        start = time.perf_counter()
        f()
        return time.perf_counter()-start
    return min(once() for _ in range(5))


def library():
    "Seconds of `load_mnist()`, of unpacking alone, and of `import minibackprop` beyond what it imports"
    def unpack():
        for name in _sha256: gzip.decompress((_shipped()/f'{name}.gz').read_bytes())
    run = lambda code: subprocess.run([sys.executable, '-c', 'import time, torch, matplotlib.pyplot, fastcore.all; '
                                       f's = time.perf_counter(); {code}; print(time.perf_counter()-s)'],
                                      capture_output=True, text=True, check=True).stdout
    return dict(load_mnist=seconds_of(load_mnist), unpack=seconds_of(unpack),
                import_minibackprop=statistics.median(float(run('import minibackprop')) for _ in range(3)))


def slower(found, before):
    "A sentence for each figure that is worse than its bound, or than `before` by more than 8 %"
    gains = {(r['batch'], r['width']): r['autograd']/r['ours'] for r in before['steps']}
    for r in found['steps']:
        now,then = r['autograd']/r['ours'], gains[r['batch'], r['width']]
        if now < .92*then:
            yield f'batch {r["batch"]}, width {r["width"]}: {now:.2f} times as fast as autograd, was {then:.2f}'
    full,lib = found['full_batch'], found['library']
    for what,ratio,bound in (('full batch, next to its products', full['ours']/full['products'], 1.06),
                             ('load_mnist, next to unpacking', lib['load_mnist']/lib['unpack'], 2.5),
                             ('import minibackprop, in seconds', lib['import_minibackprop'], .2)):
        if ratio > bound: yield f'{what}: {ratio:.3f}, and {bound} is the bound'


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--tiny', action='store_true', help='smallest sizes, nothing written')
    parser.add_argument('--check', action='store_true', help='a part of the sizes, compared with nbs/speed.json; nothing written')
    parser.add_argument('--compile', action='store_true', help='against torch.compile, too: some minutes')
    args = parser.parse_args()
    batches,widths,seconds = ([1, 16], [16], .02) if args.tiny else ([1, 16, 64, 256, 1024, 8192], [16, 50, 256, 1024], .4)
    if args.check: batches,widths = [1, 16, 64, 256, 1024], [50]
    start = time.perf_counter()
    found = dict(
        machine=f'{platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads, PyTorch {torch.__version__}',
        roof=roof() if not args.tiny else {}, steps=steps(batches, widths, seconds), memory=memory(batches, widths),
        full_batch=full_batch(500 if args.tiny else 50_000, seconds*2), growth=growth(100 if args.tiny else 10_000),
        library=library(), compiled=compiled(batches, widths, seconds) if args.compile else [])
    found['noisy'] = noisy
    print(f'growth over the steps {found["growth"]/1e6:.1f} MB; {found["library"]}; {time.perf_counter()-start:.0f} s')
    if noisy: print(f'WARNING: the machine was noisy in {len(noisy)} measurements, such as {noisy[0]} of the median')
    if args.check:
        worse = list(slower(found, json.loads(out.read_text())))
        sys.exit('\n'.join(['SLOWER:', *worse]) if worse else 0)
    if not args.tiny: out.write_text(json.dumps(found, indent=1) + '\n')
