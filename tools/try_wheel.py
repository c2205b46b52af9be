"""What a stranger would do first who installed the wheel: `python try_wheel.py`.

It runs away from the checkout."""
import subprocess, sys, time

start = time.perf_counter()
import torch
middle,before = time.perf_counter(), set(sys.modules)
import minibackprop
end = time.perf_counter()
new = set(sys.modules) - before
brought = {name.split('.')[0] for name in new} - sys.stdlib_module_names
import fastcore
print(f'minibackprop {minibackprop.__version__} from {minibackprop.__file__}, '
      f'fastcore {fastcore.__version__}')
print(f'import torch {middle-start:.2f} s, import minibackprop {end-middle:.3f} s more')
assert brought == {'minibackprop', 'fastcore'}, (
    f'importing minibackprop imports {brought}')
assert 'site-packages' in minibackprop.__file__, 'this is not the installed package'

import gzip, importlib, pkgutil, resource
from minibackprop import _modidx
from minibackprop.data import _shipped, _sha256


def seconds(f):
    "How long one call takes"
    start = time.perf_counter()
    f()
    return time.perf_counter()-start


def peak():
    "Peak memory of this process, in bytes"
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss*1024


def unpack():
    "Every file of MNIST, as bytes"
    return [gzip.decompress((_shipped()/f'{name}.gz').read_bytes()) for name in _sha256]


before = peak()
data = minibackprop.load_mnist()
memory = (peak()-before)/sum(t.nbytes for pair in data for t in pair)
pairs = [(seconds(minibackprop.load_mnist), seconds(unpack)) for _ in range(7)]
load,gunzip = map(min, zip(*pairs))  # other work on the machine only ever adds
ratio = load/gunzip
print(f'load_mnist {ratio:.2f} times gunzip, the best of seven runs each; '
      f'peak memory {memory:.2f} times the tensors')
assert memory < 1.3, 'load_mnist holds more than its tensors'
assert [tuple(x.shape) for x,_ in data] == [(50_000, 784), (10_000, 784), (10_000, 784)]

modules = {m.name for m in pkgutil.walk_packages(minibackprop.__path__, 'minibackprop.')
           if not m.ispkg and not m.name.split('.')[-1].startswith('_')}
exported = set(_modidx.d['syms'])
assert modules == exported, f'not what was exported: {modules ^ exported}'
names, apart = 0, set()
for module in map(importlib.import_module, sorted(modules)):
    for name in module.__all__: assert getattr(module, name) is not None
    names += len(module.__all__)
    if set(module.__all__) & set(minibackprop.__all__):
        for name in module.__all__:
            assert getattr(minibackprop, name) is getattr(module, name)
    elif module.__all__: apart.add(module.__name__.removeprefix('minibackprop.'))
assert apart == {'cli', 'files', 'graph', 'checking.bugs', 'checking.mutants',
                 'exercises.values', 'exercises.functions', 'exercises.gradients',
                 'exercises.judges', 'exercises.notebooks'}, apart
layer = lambda: minibackprop.Lin(torch.randn(3, 2), torch.randn(2))
minibackprop.as_nn_module(layer())(torch.randn(5, 3)).sum().backward()
print(minibackprop.explain_broadcast((3,1), (3,)))
report = minibackprop.check_grads(layer(), torch.randn(2, 3))
print(report)
assert report and not report.notes, 'a referee is silent'
import matplotlib
matplotlib.use('agg')
minibackprop.explain_broadcast((3,1), (3,)).plot()
minibackprop.show_images(data[0][0][:3], titles=data[0][1][:3])
print(f'{names} exported names in {len(modules)} modules')

command = sys.executable.rsplit('/', 1)[0] + '/minibackprop'
run = lambda *words: subprocess.run([command, *words], capture_output=True, text=True)
done = run('--epochs', '1', '--save', 'w.safetensors')
print(done.stdout)
assert done.returncode == 0 and 'They agree' in done.stdout, done.stderr
from PIL import Image
Image.fromarray((data[0][0][0].view(28, 28)*256).byte().numpy()).save('five.png')
done = run('predict', 'five.png', '--weights', 'w.safetensors')
print(done.stdout)
assert done.returncode == 0 and 'This is a 5' in done.stdout, done.stderr
done = run('--epochs', 'x')
assert done.returncode == 2 and 'Traceback' not in done.stderr, done.stderr

done = run('notebooks', 'book')
assert done.returncode == 0 and 'files copied to book' in done.stdout, done.stderr
done = run('exercises', 'book')
print(*done.stdout.splitlines()[-1:])
assert done.returncode == 0 and '3.7   not done yet' in done.stdout, (
    done.stdout + done.stderr)
from minibackprop.exercises import prove_exercises
print(prove_exercises('book/02_forward.ipynb'),
      'exercises of chapter 2: stubs not done, solutions right, mistakes explained')
