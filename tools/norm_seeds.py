"""What normalization and dropout buy on MNIST: `python tools/norm_seeds.py`.

Five seeds each. Writes nbs/norm_seeds.json, which chapter 11 reads. About five minutes
on one core. `--only images` makes some runs anew and keeps the others; `--seeds 1` is a
trial, and writes nothing."""
import argparse, json, platform, statistics, time
from pathlib import Path
import torch
from minibackprop import (AdamW, BatchNorm, CrossEntropy, Dropout, LayerNorm, Lin,
                          Model, Relu, evaluate, fit, load_mnist)

out = Path(__file__).parent.parent/'nbs'/'norm_seeds.json'
# name, hidden layers, norm, dropout, largest learning rate, training images, epochs
runs = [('one hidden layer', [256], None, 0, .004, 50_000, 10),
        ('two', [256, 256], None, 0, .004, 50_000, 10),
        ('two, BatchNorm', [256, 256], BatchNorm, 0, .01, 50_000, 10),
        ('two, LayerNorm', [256, 256], LayerNorm, 0, .01, 50_000, 10),
        ('two, BatchNorm, Dropout', [256, 256], BatchNorm, .2, .01, 50_000, 10),
        ('2,000 images', [256, 256], None, 0, .002, 2000, 40),
        ('2,000 images, Dropout', [256, 256], None, .2, .002, 2000, 40),
        ('2,000 images, BatchNorm', [256, 256], BatchNorm, 0, .01, 2000, 40),
        ('2,000 images, both', [256, 256], BatchNorm, .2, .01, 2000, 40)]


def network(hidden, norm, p, seed):
    "Lin, norm, Relu, Dropout for each hidden layer, and ten scores: as in chapter 11"
    random, masks = [torch.Generator().manual_seed(s) for s in (seed, seed+1000)]
    layers, sizes = [], [784, *hidden]
    for n_in,n_out in zip(sizes, sizes[1:]):
        layers += [Lin.random(n_in, n_out, random), norm and norm(n_out), Relu(),
                   p and Dropout(p, masks)]
    layers = [layer for layer in layers if layer] + [Lin.random(sizes[-1], 10, random)]
    return Model(layers, CrossEntropy(label_smoothing=.1))


def main():
    parser = argparse.ArgumentParser(description='Seeds of chapter 11')
    parser.add_argument('--seeds', type=int, default=5, help='how many (5)')
    parser.add_argument('--only', default='', help='runs whose name contains this')
    args = parser.parse_args()
    (x,y), valid, _ = load_mnist()
    before = json.loads(out.read_text())['runs'] if args.only else []
    found = {r['name']: r for r in before}
    for name,hidden,norm,p,lr,n,epochs in runs:
        if args.only not in name: continue
        row = dict(name=name, hidden=hidden, norm=norm.__name__ if norm else '', p=p,
                   lr=lr, images=n, epochs=epochs, train=[], valid=[], seconds=[])
        train = x[:n], y[:n]
        for seed in range(args.seeds):
            model, start = network(hidden, norm, p, seed), time.perf_counter()
            fit(model, train, epochs=epochs, opt=AdamW(model.parameters(), lr),
                batch_size=128, seed=seed, quiet=True)
            row['seconds'].append(time.perf_counter() - start)
            row['train'].append(evaluate(model, *train)[1])
            row['valid'].append(evaluate(model, *valid)[1])
        row['model'] = str(model)
        found[name] = row
        of_train,of_valid,seconds = [statistics.median(row[kind])
                                     for kind in ('train', 'valid', 'seconds')]
        print(f'{name:<26}' + ' '.join(f'{a:.2%}' for a in row['valid'])
              + f'  median {of_valid:.2%}, training {of_train:.2%}, {seconds:.0f} s',
              flush=True)
    machine = (f'{platform.machine()}, {torch.get_num_threads()} threads, '
               f'PyTorch {torch.__version__}')
    kept = [found[name] for name,*_ in runs if name in found]
    if args.seeds == 5:
        out.write_text(json.dumps(dict(machine=machine, runs=kept), indent=1) + '\n')


if __name__ == '__main__': main()
