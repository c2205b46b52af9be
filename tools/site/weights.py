"""Train the small network that reads drawings on the home page, some seconds.

It is written to nbs/widgets/digits.js. Its weights are committed: the pages are then
the same bytes wherever they are built. Run this after the recipe of chapter 8c has
changed, and nbs/index.ipynb after it."""
import base64, json
from pathlib import Path
import numpy as np
import torch
from torch.nn.functional import one_hot
from minibackprop import (CrossEntropy, Lin, Model, Relu, evaluate, fit, load_mnist,
                          make_model, make_optimizer, softmax)

file = Path(__file__).parent.parent.parent/'nbs'/'widgets'/'digits.js'
hidden, examples = 100, 3  # units; test images of each digit
# a weight is a whole number of 16 bits, times its tensor's largest weight over this
steps = 2**15 - 1


def load():
    "The network that the page has"
    book = json.loads(file.read_text().split('=', 1)[1])
    def unpacked(data, unit, shape):
        whole = np.frombuffer(base64.b64decode(data), '<i2').reshape(shape)
        return torch.tensor(whole.astype('float32')*np.float32(unit))
    w1,b1,w2,b2 = [unpacked(**t) for t in book['tensors'].values()]
    return Model([Lin(w1, b1), Relu(), Lin(w2, b2)], CrossEntropy())


def packed(t, dtype):
    "The numbers of a tensor as bytes, in letters"
    return base64.b64encode(t.contiguous().numpy().astype(dtype).tobytes()).decode()


def answered(model, images):
    "The scores, and by the hand-written backward the gradient of each winning score"
    out = inp = images.clone()
    for layer in model.layers: out = layer(out)
    out.g = one_hot(out.argmax(1), 10).float()
    for layer in reversed(model.layers): layer.backward(inp_grad=True)
    return out, inp.g


def chosen(model, images, labels, digit):
    """Test images of a digit: one whose ink speaks for the answer, and the first two.

    The one is found among the first hundred."""
    first = (labels == digit).nonzero()[:100,0]
    out,g = answered(model, images[first])
    told = images[first]*g
    sure = (softmax(out)[:,digit] > .85)*told.sum(1)/told.abs().sum(1)
    return torch.cat([first[sure.argmax()][None], first[:examples-1]])


def main():
    torch.set_num_threads(1)
    train,valid,(images,labels) = load_mnist()
    model = make_model(hidden)
    opt = make_optimizer('adamw', model.parameters())
    fit(model, train, valid, epochs=10, opt=opt, batch_size=128)
    tensors = {}
    for name,p in zip(('w1', 'b1', 'w2', 'b2'), model.parameters()):
        unit = (p.abs().max()/steps).item()
        whole = (p/unit).round()
        p.copy_(whole*unit)
        tensors[name] = dict(shape=list(p.shape), unit=unit, data=packed(whole, '<i2'))
    of_valid,of_test = evaluate(model, *valid)[1], evaluate(model, images, labels)[1]
    print(f'as whole numbers: {of_valid:.2%} of the validation images, '
          f'{of_test:.2%} of the test images')
    some = torch.cat([chosen(model, images, labels, digit) for digit in range(10)])
    pixels = packed((images[some]*256).round(), 'u1')
    book = json.dumps(dict(tensors=tensors, examples=examples, pixels=pixels))
    file.write_text(f'window.digitsOfTheBook = {book}\n')
    print(f'{file}: {file.stat().st_size:,} bytes')


if __name__ == '__main__': main()
