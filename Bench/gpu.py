"""The rows of Bench/Gpu in PyTorch: microseconds by name, written to the JSON file that the first argument names. float32, tf32 off."""
import json, math, sys
import torch
import torch.nn.functional as F

torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
torch.manual_seed(2026)
rows = {}


def some(*shape):
    return torch.rand(*shape, device="cuda") * 2 - 1


def measure(calls, seconds=0.3):
    """Microseconds of a call: the median over bursts between CUDA events. Calls take turns, so that inputs do not stay in the cache."""
    def burst(count):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        for i in range(count):
            calls[i % len(calls)]()
        end.record()
        torch.cuda.synchronize()
        return start.elapsed_time(end) / count
    burst(3)
    each = burst(3)
    length = max(1, min(200, int(20 / each)))
    burst(length)
    times = [burst(length) for _ in range(max(5, min(50, int(1000 * seconds / (each * length)))))]
    return 1000 * sorted(times)[len(times) // 2]


def row(name, prepare, sets=1):
    rows[name] = measure([prepare() for _ in range(sets)])
    print(f"{name}: {rows[name]:.1f} us", flush=True)
    torch.cuda.empty_cache()


def kernels():
    count, tall, width, tokens, classes = 1 << 26, 16384, 1024, 4096, 50304

    def copy():
        x, y = some(1 << 28), some(1 << 28)
        return lambda: y.copy_(x)
    row(f"copy {1 << 28}", copy)

    def gelu():
        x = some(count)
        return lambda: F.gelu(x, approximate="tanh")
    row(f"gelu {count}", gelu)

    def add():
        a, b = some(count), some(count)
        return lambda: a + b
    row(f"add {count}", add)

    def add_row():
        a, b = some(tall, width), some(width)
        return lambda: a + b
    row(f"add a row {tall} x {width}", add_row)

    def softmax():
        x = some(tall, width)
        return lambda: torch.softmax(x, -1)
    row(f"softmax {tall} x {width}", softmax)

    def norm():
        x, g = some(tall, width), some(width)
        return lambda: F.layer_norm(x, [width], g, g)
    row(f"layer norm {tall} x {width}", norm)

    def norm_gradient():
        x, g, b, dy = some(tall, width).requires_grad_(), some(width).requires_grad_(), some(width).requires_grad_(), some(tall, width)
        y = F.layer_norm(x, [width], g, b)
        return lambda: torch.autograd.grad(y, [x, g, b], dy, retain_graph=True)
    row(f"layer norm's gradient {tall} x {width}", norm_gradient)

    def rms():
        x, g = some(tall, width), some(width)
        return lambda: F.rms_norm(x, [width], g, 1e-6)
    row(f"rms norm {tall} x {width}", rms)

    def rms_gradient():
        x, g, dy = some(tall, width).requires_grad_(), some(width).requires_grad_(), some(tall, width)
        y = F.rms_norm(x, [width], g, 1e-6)
        return lambda: torch.autograd.grad(y, [x, g], dy, retain_graph=True)
    row(f"rms norm's gradient {tall} x {width}", rms_gradient)

    def loss():
        x, t = some(tokens, classes).requires_grad_(), torch.arange(tokens, device="cuda") * 97 % classes
        return lambda: torch.autograd.grad(F.cross_entropy(x, t), [x])
    row(f"cross-entropy and its gradient {tokens} x {classes}", loss)

    def norm():
        g = some(count)
        return lambda: torch.linalg.vector_norm(g)
    row(f"gradient norm {count}", norm)

    def adam():
        p = torch.nn.Parameter(torch.zeros(count, device="cuda"))
        p.grad = some(count)
        return torch.optim.AdamW([p], fused=True).step
    row(f"AdamW {count}", adam)


def products():
    for size in (1024, 2048, 4096, 8192):
        def product():
            a, b = some(size, size), some(size, size)
            return lambda: a @ b
        row(f"fp32 product {size}", product, sets=8 if size <= 2048 else 1)
    for size in (4096, 8192):
        def tensor_cores(kind):
            a, b = some(size, size).to(kind), some(size, size).to(kind)
            return lambda: a @ b
        torch.backends.cuda.matmul.allow_tf32 = True
        row(f"tf32 product {size}", lambda: tensor_cores(torch.float32))
        torch.backends.cuda.matmul.allow_tf32 = False
        row(f"bf16 product {size}", lambda: tensor_cores(torch.bfloat16))
    for batch, heads, time, width in ((64, 6, 256, 64), (8, 12, 1024, 64)):
        def attention(backward, kind=torch.float32):
            x, dy = some(batch, time, 3, heads, width).to(kind).requires_grad_(backward), some(batch, time, heads, width).to(kind)

            def call():
                q, k, v = (part.transpose(1, 2) for part in x.unbind(2))
                y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).contiguous()
                if backward:
                    torch.autograd.grad(y, [x], dy)
            return call
        size = f"{batch} x {heads} x {time} x {width}"
        row(f"causal attention {size}", lambda: attention(False))
        row(f"causal attention and gradient {size}", lambda: attention(True))
        torch.backends.cuda.matmul.allow_tf32 = True
        row(f"tf32 causal attention {size}", lambda: attention(False))
        row(f"tf32 causal attention and gradient {size}", lambda: attention(True))
        torch.backends.cuda.matmul.allow_tf32 = False
        row(f"bf16 causal attention {size}", lambda: attention(False, torch.bfloat16))
        row(f"bf16 causal attention and gradient {size}", lambda: attention(True, torch.bfloat16))
    torch.backends.cudnn.benchmark = True
    for inputs, outputs, size in ((3, 64, 32), (64, 64, 32), (128, 128, 16), (256, 256, 8), (512, 512, 4)):
        def convolution(layout, backward):
            x, w = (t.to(memory_format=layout).requires_grad_(backward) for t in (some(256, inputs, size, size), some(outputs, inputs, 3, 3)))
            dy = some(256, outputs, size, size).to(memory_format=layout)

            def call():
                y = F.conv2d(x, w, padding=1)
                if backward:
                    torch.autograd.grad(y, [x, w], dy)
            return call
        for name, backward in (("convolution", False), ("convolution and gradients", True)):
            rows[f"{name} {inputs} to {outputs} at {size}"] = min(
                measure([convolution(layout, backward)]) for layout in (torch.contiguous_format, torch.channels_last))
            print(name, inputs, size, rows[f"{name} {inputs} to {outputs} at {size}"], flush=True)


class Block(torch.nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = torch.nn.LayerNorm(width, bias=False), torch.nn.LayerNorm(width, bias=False)
        self.qkv, self.out = torch.nn.Linear(width, 3 * width, bias=False), torch.nn.Linear(width, width, bias=False)
        self.up, self.down = torch.nn.Linear(width, 4 * width, bias=False), torch.nn.Linear(4 * width, width, bias=False)

    def forward(self, x):
        batch, time, width = x.shape
        q, k, v = (part.view(batch, time, self.heads, -1).transpose(1, 2) for part in self.qkv(self.norm1(x)).split(width, 2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(batch, time, width))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class Gpt(torch.nn.Module):
    def __init__(self, layers, heads, width, context, vocabulary):
        super().__init__()
        self.tokens, self.positions = torch.nn.Embedding(vocabulary, width), torch.nn.Embedding(context, width)
        self.blocks = torch.nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm = torch.nn.LayerNorm(width, bias=False)

    def forward(self, inputs, targets):
        x = self.tokens(inputs) + self.positions.weight[: inputs.shape[1]]
        for block in self.blocks:
            x = block(x)
        return F.cross_entropy((self.norm(x) @ self.tokens.weight.T).flatten(0, 1), targets.flatten())


class Residual(torch.nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        conv = lambda i, o, k, s: torch.nn.Sequential(torch.nn.Conv2d(i, o, k, s, k // 2, bias=False), torch.nn.BatchNorm2d(o))
        self.first, self.second = conv(inputs, outputs, 3, stride), conv(outputs, outputs, 3, 1)
        self.short = conv(inputs, outputs, 1, stride) if stride != 1 or inputs != outputs else torch.nn.Identity()

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.short(x))


class SimClr(torch.nn.Module):
    def __init__(self):
        super().__init__()
        widths = [64, 128, 256, 512]
        blocks = [Residual(a, b, s) for i, b in enumerate(widths) for a, s in ((widths[max(0, i - 1)], 1 if i == 0 else 2), (b, 1))]
        self.encoder = torch.nn.Sequential(torch.nn.Conv2d(3, 64, 3, 1, 1, bias=False), torch.nn.BatchNorm2d(64), torch.nn.ReLU(), *blocks)
        self.head = torch.nn.Sequential(torch.nn.Linear(512, 512), torch.nn.ReLU(), torch.nn.Linear(512, 64))

    def forward(self, x):
        z = F.normalize(self.head(self.encoder(x).mean((2, 3))))
        scores = z @ z.T / 0.5
        scores.fill_diagonal_(-math.inf)
        half = len(z) // 2
        return F.cross_entropy(scores, (torch.arange(len(z), device="cuda") + half) % len(z))


def training(model, *batch, rounded=False):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.1, fused=True)

    def call():
        with torch.autocast("cuda", dtype=torch.bfloat16, enabled=rounded):
            loss = model(*batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()                                         # ours reports every loss too
    return call


def gpt(layers, heads, width, context, batch, vocabulary, rounded=False, compiled=False):
    tokens = torch.randint(vocabulary, (batch, context + 1), device="cuda")
    model = Gpt(layers, heads, width, context, vocabulary).cuda()
    return training(torch.compile(model) if compiled else model, tokens[:, :-1], tokens[:, 1:], rounded=rounded)


def steps():
    row("step of a GPT 6 x 384, batch 64, context 256", lambda: gpt(6, 6, 384, 256, 64, 65))
    row("step of a GPT 6 x 384, batch 1, context 256", lambda: gpt(6, 6, 384, 256, 1, 65))
    row("step of GPT-2 small, batch 8, context 1024, fp32", lambda: gpt(12, 12, 768, 1024, 8, 50304))
    row("step of GPT-2 small, batch 8, context 1024, bf16", lambda: gpt(12, 12, 768, 1024, 8, 50304, rounded=True))
    rows["step of SimCLR, ResNet-18, 1024 views of 32 x 32, made beforehand"] = min(
        measure([training(SimClr().cuda().to(memory_format=layout), some(1024, 3, 32, 32).to(memory_format=layout))])
        for layout in (torch.contiguous_format, torch.channels_last))


def compiled_steps():                                       # takes a minute, and a compiler
    row("step of a GPT 6 x 384, batch 64, context 256, theirs by torch.compile", lambda: gpt(6, 6, 384, 256, 64, 65, compiled=True))


for part in (kernels, products, steps, compiled_steps):
    try:
        part()
    except Exception as failure:                            # a part that fails costs its own rows only
        print(f"{part.__name__}: {failure}", file=sys.stderr)
    with open(sys.argv[1], "w") as file:
        json.dump(rows, file, indent=1)
