"""check_grads on PyTorch's own operators: `python tools/operators.py`.

Is each right backward passed, and each wrong one caught? For each operator of PyTorch's
test suite that has a derivative in float64, and again in complex128 where it has one
there: its first, middle and last sample of at most 400 numbers. The right backward is
autograd's. The wrong ones are that, 1e-6 too large; with one entry changed; with the
sign turned; with the conjugate of a complex gradient. Prints a line for whatever is not
as it should be, and the counts. Minutes, one process; `--part 0/4` takes a quarter,
`--only NAME` one operator, `--dtype complex128` one dtype, `--right` leaves the wrong
ones out. Not counted as missed: changes of a gradient that is rounding itself, such as
that of the correlation of two observations, which is 1 or -1 wherever they move."""
import argparse, time, warnings
import torch
from torch.testing._internal.common_methods_invocations import op_db
from minibackprop import check_grads
from minibackprop.checking.subject import _named, _rebuilt

def samples(op, dtype):
    "The first, the middle and the last sample that is small enough"
    small = []
    for s in op.sample_inputs('cpu', dtype, requires_grad=True):
        tensors = leaves(s)
        sizes = sum(t.numel() for t in tensors)
        if tensors and 0 < sizes <= 400: small.append(s)
    some = small[:1] + small[len(small)//2:][:1] + small[-1:]
    return {id(s): s for s in some}.values()

def leaves(sample):
    "The tensors of a sample whose gradient is wanted"
    found = _named('iak', [sample.input, sample.args, sample.kwargs]).values()
    return [t for t in found if t.requires_grad]

def function(op, sample):
    "The operator as a function of these tensors"
    ids = [id(t) for t in leaves(sample)]
    def forward(*tensors):
        instead = dict(zip(ids, tensors))
        put = lambda o: _rebuilt(o, lambda name, t: instead.get(id(t), t))
        out = op.gradcheck_wrapper(op.op, put(sample.input), *put(list(sample.args)),
                                   **put(sample.kwargs))  # symmetric where it has to be
        finish = sample.output_process_fn_grad
        return finish(out) if finish else out
    return forward

def backward_of(forward, change=lambda i, g: g):
    "Autograd's gradients, as a backward; `change` makes them wrong"
    def backward(out, *tensors):
        at = [t.detach().clone().requires_grad_() for t in tensors]
        with torch.enable_grad(): again = forward(*[t.clone() for t in at])
        pair = lambda o: list(o) if isinstance(o, (tuple, list)) else [o]
        outs = [(o, p) for o,p in zip(pair(again), pair(out))
                if isinstance(o, torch.Tensor) and o.requires_grad]
        grads = torch.autograd.grad([o for o,_ in outs], at, [p.g for _,p in outs],
                                    allow_unused=True)
        return [change(i, torch.zeros_like(t) if g is None else g.clone())
                for i,(t,g) in enumerate(zip(at, grads))]
    return backward

def one_entry(i, g):
    if i or not g.numel(): return g
    g = g.clone(memory_format=torch.contiguous_format)
    place = g.abs().argmax() if g.numel() else 0
    g.view(-1)[place] *= 1.5
    return g

changes = {'1e-6 too large': lambda i, g: g*(1 + 1e-6) if i == 0 else g,
           'one entry': one_entry, 'sign': lambda i, g: -g if i == 0 else g,
           'conjugate': lambda i, g: g.conj().resolve_conj() if i == 0 else g}

def run(op, sample, right_only):
    "Lines about what is not as it should be, and (right, wrong, passed wrongly ...)"
    forward,tensors = function(op, sample), leaves(sample)
    inputs = [t.detach() for t in tensors]
    counts = dict(right=0, alarm=0, refused=0, crash=0, wrong=0, rounding=0, missed=0)
    lines = []
    def judge(backward):
        try: return check_grads((forward, backward), *inputs, skip=())
        except ValueError as e: return f'{type(e).__name__}: {e}'
        except Exception as e:
            counts['crash'] += 1
            return f'CRASH {type(e).__name__}: {e}'
    report = judge(backward_of(forward))
    counts['right'] += 1
    if isinstance(report, str):
        counts['refused'] += 1
        return [f'{op.name}: {report.splitlines()[0][:150]}'], counts
    if not report.right:
        counts['alarm'] += 1
        return [f'{op.name}: FALSE ALARM\n{report!r}'[:700]], counts
    if right_only: return lines, counts
    wanted = report.point.wanted[0]
    first = [g for g in report.trial.found[wanted] if g is not None and g.numel()]
    largest = max((g.abs().max().item() for g in first), default=0.)
    given = forward(*inputs)
    given = given if isinstance(given, (tuple, list)) else [given]
    outs = [o.abs().max().item() for o in given
            if isinstance(o, torch.Tensor) and o.numel()]
    size = max((t.abs().max().item() for t in inputs if t.numel()), default=0.)
    rounding = largest*size < 1e-9*max(outs, default=0.)
    imaginary = wanted in report.point.complex and any(g[...,1].any() for g in first)
    for name,change in changes.items():
        if not largest: break  # a gradient of zeros cannot be made wrong like this
        if name == 'conjugate' and not imaginary: continue
        wrong = judge(backward_of(forward, change))
        counts['wrong'] += 1
        if isinstance(wrong, str): lines.append(f'{op.name}, {name}: {wrong[:150]}')
        elif 'broke off' in repr(wrong):
            counts['crash'] += 1
            lines.append(f'{op.name}, {name}: the diagnosis broke off\n{wrong!r}'[:700])
        elif wrong.right and rounding: counts['rounding'] += 1
        elif wrong.right:
            counts['missed'] += 1
            lines.append(f'{op.name}, {name}: MISSED\n{wrong!r}'[:500])
    return lines, counts

def switched_off(op, dtype):
    "Does PyTorch leave out its own gradcheck of this operator?"
    return any(getattr(d, 'cls_name', None) == 'TestBwdGradients'
               and d.test_name in (None, 'test_fn_grad')
               and (not d.dtypes or dtype in d.dtypes)
               for d in (*op.decorators, *op.skips))

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('--part', default='0/1')
    p.add_argument('--only')
    p.add_argument('--right', action='store_true')
    p.add_argument('--dtype', choices=('float64', 'complex128'))
    a = p.parse_args()
    k,n = map(int, a.part.split('/'))
    warnings.simplefilter('ignore')
    ops = [(op, torch.float64) for op in op_db
           if op.supports_autograd and op.supports_dtype(torch.float64, 'cpu')]
    ops += [(op, torch.complex128) for op in op_db if op.supports_autograd
            and torch.complex128 in op.supported_backward_dtypes('cpu')]
    if a.dtype: ops = [(op, dtype) for op,dtype in ops if str(dtype).endswith(a.dtype)]
    total,start,off = {}, time.time(), []
    for i,(op,dtype) in enumerate(ops):
        if i % n != k or a.only and op.name != a.only: continue
        if switched_off(op, dtype):
            off.append(op.name)
            continue
        torch.manual_seed(0)
        try: chosen = list(samples(op, dtype))
        except Exception as e:
            print(f'{op.name}: no samples: {type(e).__name__}')
            continue
        for s in chosen:
            begin = time.time()
            lines,counts = run(op, s, a.right)
            for line in lines: print(line, flush=True)
            seconds = time.time() - begin
            if seconds > 20: print(f'{op.name}: {seconds:.0f} s', flush=True)
            for name,v in counts.items(): total[name] = total.get(name, 0) + v
    left_out = ', '.join(sorted(set(off)))
    print(f'left out, as PyTorch leaves out its own check: {left_out}')
    print(f'{len(ops)} operators and dtypes, part {a.part}: {total}, '
          f'{time.time()-start:.0f} s')
