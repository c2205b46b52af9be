"""Damaged files by the ten thousand, and Ctrl-C at random moments: `make hostile`.

Some minutes. Readers: pickles, IDX files, weights and pictures with flipped bytes, cut
ends, and pieces put in, doubled and taken away, read under a limit of memory. Each is
read, or refused by a `ValueError` or `OSError` that names it. Signals: SIGINT at a
random moment of the command's training, and of its copying of notebooks: no traceback,
and no file that is not whole; and inside `fit` with validation: it returns what it
has."""
import argparse, collections, contextlib, gzip, io, logging, pickle, random, resource
import shutil, signal, struct, subprocess, sys, tempfile, time
from pathlib import Path
import numpy as np
import torch
from PIL import Image
from minibackprop.data import load_mnist, _read_pair, _sha256, _shipped
from minibackprop.digits import make_model, read_digit
from minibackprop.losses import CrossEntropy
from minibackprop.module import Lin, Model, Relu
from minibackprop.optimizers import SGD, AdamW
from minibackprop.training import fit, load, save
from minibackprop.cli import read_model

opcodes = [b'p1000000000\n', b'r\xff\xff\xff\x7f', b'2', b'0', b'(', b't', b'}',
           b'\x8f', b'\x93', b'R', b'b', b'cos\nsystem\n',
           *[c + b'\xff'*7 + b'\x7f' for c in (b'\x8e', b'\x96', b'\x95')],
           b'B\xff\xff\xff\x7f', b'\x8b\xff\xff\xff\x7f', b'I1' + b'0'*5000 + b'\n',
           b'j\xff\xff\xff\x7f', b'\x85'*40, b'\x86'*40, b'22\x86'*40]
# Pillow's formats, and the modes in which it writes them
formats = [('PNG', 'L'), ('PNG', 'RGBA'), ('PNG', 'P'), ('PNG', 'I;16'),
           ('JPEG', 'RGB'), ('GIF', 'P'), ('BMP', 'L'), ('TIFF', 'F'), ('TIFF', 'RGB'),
           ('WEBP', 'RGB'), ('PPM', 'L'), ('ICO', 'RGBA'), ('TGA', 'RGB')]


def damaged(data, rng, pieces):
    "A copy of `data` with one to four kinds of damage"
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4))):
        size = len(data)
        # half of the damage is done to the first bytes, where the sizes are
        if data and rng.random() < .5: size = min(size, 200)
        at = rng.randrange(size) if data else 0
        end = at + rng.choice((1, 4, 100))
        how = rng.randrange(6)
        if how == 0: data[at:at+1] = bytes([rng.randrange(256)])
        elif how == 1: data = data[:at]
        elif how == 2: data[at:at] = rng.choice(pieces)
        elif how == 3: data[at:at+4] = rng.choice(pieces)
        elif how == 4: data[at:at] = data[at:end]
        else: del data[at:end]
    return bytes(data)


def kinds(tmp):
    "Name -> whole files to damage, a function that reads a file, pieces to put in"
    train,_,_ = load_mnist()
    x,y = train[0][:5], train[1][:5]
    arrays = [(x.numpy(), y.numpy())]*3
    pickles = [pickle.dumps(arrays, protocol=p) for p in range(6)]
    packed = [gzip.compress(pickles[2]), gzip.compress(bytes(10**6))]
    whole = io.BytesIO()
    np.savez(whole, **{f'{a}_{part}': np.ones((5, 28, 28) if a == 'x' else 5, 'u1')
                       for a in 'xy' for part in ('train', 'test')})
    pixels = (x.view(-1, 28, 28)*256).byte().numpy().tobytes()
    idx = [struct.pack('>4I', 2051, 5, 28, 28) + pixels,
           struct.pack('>2I', 2049, 5) + bytes(y.tolist())]
    model = make_model(3)
    model(x, y)
    model.backward()
    opt = AdamW(model.parameters())
    opt.step()
    save(model, tmp/'w'), save(model, tmp/'o', opt)
    weights = [(tmp/'w').read_bytes(), (tmp/'o').read_bytes()]
    pictures = []
    image = Image.fromarray((x[0].view(28, 28)*256).byte().numpy()).resize((60, 50))
    for format,mode in formats:
        file = io.BytesIO()
        start = image.convert('I') if mode == 'I;16' else image
        start.convert(mode).save(file, format)
        pictures.append(file.getvalue())
    for name,data in zip(('images', 'labels'), idx): (tmp/name).write_bytes(data)
    def read_idx(file):
        is_labels = file.read_bytes()[:4] == b'\0\0\x08\x01'
        pair = (tmp/'images', file) if is_labels else (file, tmp/'labels')
        return _read_pair(*pair)
    def read_weights(file):
        found = make_model(3)
        load(found, file)
        with contextlib.suppress(ValueError):
            load(found, file, AdamW(found.parameters()))
        return read_model(file)
    return {'pickles': ([*pickles, whole.getvalue()], load_mnist, opcodes),
            'packed pickles': (packed, load_mnist, ()),
            'IDX files': (idx, read_idx, ()),
            'weights': (weights, read_weights, (b'000000000', b'F64', b'[', b'"0.w"')),
            'pictures': (pictures, read_digit, ())}


def fuzz(name, n, seed, tmp, samples, read, pieces):
    "Read `n` damaged files of a kind"
    pieces = b'\xff'*4, b'\0'*8, b'\x7f\xff\xff\xff', b'9'*12, *pieces
    rng,count = random.Random(seed), collections.Counter()
    slowest,start = 0., time.perf_counter()
    file = tmp/('damaged.gz' if 'packed' in name else 'damaged')
    for i in range(n):
        data = damaged(rng.choice(samples), rng, pieces)
        file.write_bytes(data)
        begun = time.perf_counter()
        try: read(file)
        except Exception as e:
            clear = isinstance(e, (ValueError, OSError)) and str(tmp) in str(e)
            count['refused' if clear else 'wrong'] += 1
            if not clear: print(f'{name}, number {i}: {type(e).__name__}: {e}')
        else: count['read'] += 1
        slowest = max(slowest, time.perf_counter()-begun)
    seconds = time.perf_counter()-start
    print(f'{name:<15}{n:>7,} damaged:{count["refused"]:>7,} refused,'
          f'{count["read"]:>6,} read, {count["wrong"]} wrong, '
          f'slowest {slowest*1000:.0f} ms, {seconds:.0f} s', flush=True)
    return count['wrong']


def interrupt(n, seed, tmp):
    "SIGINT at `n` random moments of the command, half of them of copying notebooks"
    # started by a shell with &, it and its children ignore it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    rng,wrong,count = random.Random(seed), 0, collections.Counter()
    source = _shipped('_notebooks', 'nbs')
    small = tmp/'small'
    small.mkdir()
    # five images, again and again: 10,500 to train, 500 of them for training
    for name in _sha256:
        data = (tmp/('images' if 'images' in name else 'labels')).read_bytes()
        head,times = 16 if 'images' in name else 8, 2100 if 'train' in name else 20
        count_of_images = struct.pack('>I', 5*times)
        (small/name).write_bytes(data[:4] + count_of_images + data[8:head]
                                 + data[head:]*times)
    command = [sys.executable, '-m', 'minibackprop']
    jobs = {'training': ['--data', small, '--epochs', 3, '--hidden', 20,
                         '--save', tmp/'saved', '--plot', tmp/'p.png'],
            'notebooks': ['notebooks', tmp/'book']}
    jobs = {name: [*command, *map(str, words)] for name,words in jobs.items()}
    whole = {}
    for name,words in jobs.items():
        start = time.perf_counter()
        subprocess.run(words, check=True, capture_output=True)
        whole[name] = time.perf_counter()-start
    for i in range(n):
        name = ('training', 'notebooks')[i%2]
        if name == 'notebooks': shutil.rmtree(tmp/'book', ignore_errors=True)
        before = (tmp/'saved').read_bytes()
        process = subprocess.Popen(jobs[name], text=True, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        moment = rng.uniform(.05, whole[name])  # before that, Python itself is starting
        with contextlib.suppress(subprocess.TimeoutExpired): process.wait(moment)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=300)[1]
        bad,code = list(tmp.rglob('*.part')), process.returncode
        for f in (tmp/'book').rglob('*.*'):
            original = source/f.relative_to(tmp/'book')
            if f not in bad and f.read_bytes() != original.read_bytes(): bad.append(f)
        untrue = 'nothing was saved' in said and (tmp/'saved').read_bytes() != before
        load(make_model(20), tmp/'saved')
        count[name, code] += 1
        if code not in (0, 130) or said.count('\n') != (code == 130) or bad or untrue:
            wrong += 1
            print(f'{name}, after {moment:.3f} s: exit code {code}, {said!r}, {bad}, '
                  f'untrue: {untrue}')
    for (name,code),k in sorted(count.items()):
        print(f'{name:<15}{k:>7} interrupted, exit code {code}')
    print(f'{n} moments, {wrong} of them wrong', flush=True)
    return wrong


def interrupt_fit(n, seed):
    """Ctrl-C at `n` random moments of `fit` with validation: it returns.

    Its history is the first part of that of a whole run."""
    # the clock presses Ctrl-C
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    rng,wrong,count = random.Random(seed), 0, collections.Counter()
    draw = torch.Generator().manual_seed(0)
    x,y = torch.randn(600, 20, generator=draw), torch.randint(3, (600,), generator=draw)
    train,valid = (x[:400], y[:400]), (x[400:], y[400:])
    def run(delay=0.):
        torch.manual_seed(0)
        model = Model([Lin.random(20, 30), Relu(), Lin.random(30, 3)], CrossEntropy())
        opt = SGD(model.parameters(), .1)
        signal.setitimer(signal.ITIMER_REAL, delay)
        history = fit(model, train, valid, epochs=20, opt=opt, batch_size=8, quiet=True)
        signal.setitimer(signal.ITIMER_REAL, 0)
        return history
    def rows(history):
        return [{k: v for k,v in row.items() if k != 'seconds'} for row in history.rows]
    start = time.perf_counter()
    whole,seconds = run(), time.perf_counter()-start
    for i in range(n):
        moment = rng.uniform(.002, .95*seconds)
        try: history = run(moment)
        except KeyboardInterrupt:  # before fit began, or after it ended
            signal.setitimer(signal.ITIMER_REAL, 0)
            count['outside'] += 1
            continue
        k,ends = len(history.losses), rows(history)
        whole_epochs = k//50
        sure = max(whole_epochs-1, 0)
        same = (history.losses == whole.losses[:k] and ends[:sure] == rows(whole)[:sure]
                and len(ends) in (whole_epochs, whole_epochs+1)
                and (k == 1000 or bool(history.stopped)))
        count['stopped' if history.stopped else 'ended'] += 1
        if not same:
            wrong += 1
            print(f'fit, after {moment:.4f} s: {k} losses, {len(ends)} rows, '
                  f'{history.stopped}')
    print(f'fit with validation: {dict(count)}, {wrong} of {n} histories wrong',
          flush=True)
    return wrong


if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--files', type=int, default=10_000,
                   help='damaged files of each kind (10000)')
    p.add_argument('--signals', type=int, default=200, help='moments of Ctrl-C (200)')
    p.add_argument('--seed', type=int, default=0, help='another seed, other damage (0)')
    p.add_argument('--memory', type=float, default=2.,
                   help='GB of addresses for the readers, PyTorch included (2)')
    args = p.parse_args()
    torch.set_num_threads(1)
    logging.disable()
    with tempfile.TemporaryDirectory() as tmp:
        found = kinds(Path(tmp))
        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (int(args.memory*2**30), most))
        wrong = sum(fuzz(name, args.files, args.seed, Path(tmp), *kind)
                    for name,kind in found.items())
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f'largest memory {used/2**20:.2f} GB')
        wrong += interrupt(args.signals, args.seed, Path(tmp))
        wrong += interrupt_fit(args.signals, args.seed)
    sys.exit(wrong > 0)
