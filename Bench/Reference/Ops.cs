using System.Numerics.Tensors;
using NativeSsl.Bench.Measure;
using TorchSharp;

namespace NativeSsl.Bench.Reference;

/// <summary>Every op, forward and with its gradient, against libtorch's; and the loops of our own against System.Numerics.Tensors.</summary>
static class Ops
{
    sealed record Case(string Name, int[][] Shapes, Func<Tensor[], Tensor> Ours, Func<TorchTensor[], TorchTensor> Theirs)
    {
        /// <summary>Added to inputs drawn from −1 … 1.</summary>
        public float Shift { get; init; }
        public bool HasGradient { get; init; } = true;
        public double Tolerance { get; init; } = 2e-4;
    }

    delegate void Primitive(ReadOnlySpan<float> x, Span<float> y);

    static int[] Labels(int count, int classes) => [.. Enumerable.Range(0, count).Select(i => (i * 7 + 3) % classes)];

    static TorchTensor LongLabels(int count, int classes) => torch.tensor(Labels(count, classes).Select(label => (long)label).ToArray());

    static Case[] Cases
    {
        get
        {
            const int rows = 768, width = 512;
            int[] matrix = [rows, width];
            Indices labels = Indices.From(Both.Ours, [rows], Labels(rows, width)), few = Indices.From(Both.Ours, [rows], Labels(rows, 65));
            TorchTensor longLabels = LongLabels(rows, width), longFew = LongLabels(rows, 65);
            var turns = new RotaryTable(Both.Ours, 64, 32);
            TorchTensor angles = torch.outer(torch.arange(64, torch.float64), torch.pow(10_000, torch.arange(16, torch.float64) * (-2.0 / 32))).unsqueeze(1);
            TorchTensor cosines = angles.cos().to(torch.float32), sines = angles.sin().to(torch.float32);
            // TorchSharp has no fused one of either; these are the forms that models in PyTorch are written in.
            TorchTensor RmsNorm(TorchTensor x, TorchTensor gamma) => x * torch.rsqrt(x.square().mean([-1L], keepdim: true) + 1e-6) * gamma;
            TorchTensor Turned(TorchTensor x)
            {
                TorchTensor pairs = x.unflatten(3, 16, 2), a = pairs.select(4, 0), b = pairs.select(4, 1);
                return torch.stack([a * cosines - b * sines, b * cosines + a * sines], 4).flatten(3);
            }
            TorchTensor Smoothed(TorchTensor[] x) => Functions.cross_entropy(x[0], longLabels, label_smoothing: 0.1);
            return
            [
                new("add", [matrix, matrix], x => x[0] + x[1], x => x[0] + x[1]),
                new("add a row", [matrix, [width]], x => x[0] + x[1], x => x[0] + x[1]),
                new("subtract", [matrix, matrix], x => x[0] - x[1], x => x[0] - x[1]),
                new("multiply", [matrix, matrix], x => x[0] * x[1], x => x[0] * x[1]),
                new("divide", [matrix, matrix], x => x[0] / x[1], x => x[0] / x[1]) { Shift = 3 },
                new("negate", [matrix], x => -x[0], x => -x[0]),
                new("exp", [matrix], x => x[0].Exp(), x => x[0].exp()),
                new("log", [matrix], x => x[0].Log(), x => x[0].log()) { Shift = 3 },
                new("sqrt", [matrix], x => x[0].Sqrt(), x => x[0].sqrt()) { Shift = 3 },
                new("square", [matrix], x => x[0].Square(), x => x[0].square()),
                new("relu", [matrix], x => x[0].Relu(), x => x[0].relu()),
                new("gelu, tanh form", [matrix], x => x[0].Gelu(), x => Functions.gelu(x[0], TorchSharp.Modules.GELU.Approximate.tanh)),
                new("gelu, erf form", [matrix], x => x[0].GeluErf(), x => Functions.gelu(x[0])),
                new("silu", [matrix], x => x[0].Silu(), x => Functions.silu(x[0])),
                new("sigmoid", [matrix], x => x[0].Sigmoid(), x => x[0].sigmoid()),
                new("tanh", [matrix], x => x[0].Tanh(), x => x[0].tanh()),
                new("sum over all", [matrix], x => x[0].Sum(), x => x[0].sum()) { Tolerance = 1e-3 },
                new("sum over rows", [matrix], x => x[0].Sum(0), x => x[0].sum([0L])),
                new("mean over columns", [matrix], x => x[0].Mean(1), x => x[0].mean([1L])) { Tolerance = 1e-3 },
                new("max over columns", [matrix], x => x[0].Max(1), x => x[0].amax([1L])),
                new("softmax 768 × 512", [matrix], x => x[0].Softmax(), x => Functions.softmax(x[0], -1)),
                new("softmax 3072 × 64", [[3072, 64]], x => x[0].Softmax(), x => Functions.softmax(x[0], -1)),
                new("log-softmax", [matrix], x => x[0].LogSoftmax(), x => Functions.log_softmax(x[0], -1)),
                new("cross-entropy, 512 classes", [matrix], x => x[0].CrossEntropy(labels), x => Functions.cross_entropy(x[0], longLabels)),
                new("cross-entropy, 65 classes", [[rows, 65]], x => x[0].CrossEntropy(few), x => Functions.cross_entropy(x[0], longFew)),
                new("cross-entropy, smoothed", [matrix], x => x[0].CrossEntropy(labels, labelSmoothing: 0.1f), Smoothed),
                new("mean squared error", [matrix, matrix], x => x[0].MeanSquaredError(x[1]), x => Functions.mse_loss(x[0], x[1])),
                new("layer norm 768 × 128", [[rows, 128], [128], [128]], x => x[0].LayerNorm(x[1], x[2]), x => Functions.layer_norm(x[0], [128], x[1], x[2])) { Tolerance = 1e-3 },
                new("layer norm 2048 × 384", [[2048, 384], [384], [384]], x => x[0].LayerNorm(x[1], x[2]), x => Functions.layer_norm(x[0], [384], x[1], x[2])) { Tolerance = 1e-3 },
                new("rms norm 768 × 128", [[rows, 128], [128]], x => x[0].RmsNorm(x[1]), x => RmsNorm(x[0], x[1])) { Tolerance = 1e-3 },
                new("rms norm 2048 × 384", [[2048, 384], [384]], x => x[0].RmsNorm(x[1]), x => RmsNorm(x[0], x[1])) { Tolerance = 1e-3 },
                new("rotary positions 12 × 64 × 4 × 32", [[12, 64, 4, 32]], x => x[0].RotaryPositions(turns), x => Turned(x[0])),
                new("normalise rows", [matrix], x => x[0].Normalize(), x => Functions.normalize(x[0], dim: -1)),
                new("embedding 65 × 128", [[65, 128]], x => x[0].Embed(few), x => x[0].index_select(0, longFew)),
                new("concat", [matrix, matrix], x => Tensor.Concat([x[0], x[1]], 0), x => torch.cat([x[0], x[1]])),
                new("slice", [matrix], x => x[0].Slice(1, 128, 256), x => x[0].narrow(1, 128, 256).contiguous()),
                new("pad", [matrix], x => x[0].Pad(1, 3, 5, 0), x => Functions.pad(x[0], [3L, 5L])),
                new("transpose 768 × 512", [matrix], x => x[0].Permute(1, 0), x => x[0].t().contiguous()),
                new("permute heads 12 × 64 × 4 × 32", [[12, 64, 4, 32]], x => x[0].Permute(0, 2, 1, 3), x => x[0].permute(0, 2, 1, 3).contiguous()),
                new("linear 768 × 128 × 512", [[rows, 128], [512, 128], [512]], x => x[0].Linear(x[1], x[2]), x => Functions.linear(x[0], x[1], x[2])) { Tolerance = 1e-3 },
                new("linear and gelu 768 × 128 × 512", [[rows, 128], [512, 128]], x => x[0].Linear(x[1], activation: Activation.Gelu),
                    x => Functions.gelu(Functions.linear(x[0], x[1]), TorchSharp.Modules.GELU.Approximate.tanh)) { Tolerance = 1e-3 },
                new("linear and cross-entropy, 8192 classes", [[rows, 128], [8192, 128]], x => x[0].LinearCrossEntropy(x[1], labels),
                    x => Functions.cross_entropy(Functions.linear(x[0], x[1]), longLabels)) { Tolerance = 1e-3 },
            ];
        }
    }

    public static void Run(string[] arguments)
    {
        Both.Begin(arguments);
        var report = new Report("ops", "Every op");
        report.Text($"{Both.Sides} 768 × 512 unless said; the gradient's time includes the forward pass.");
        report.PairHead("op", speeds: false);
        List<double> ratios = [];
        foreach (Case op in Cases)
        {
            ratios.Add(Forward(report, op));
            if (op.HasGradient) ratios.Add(WithGradient(report, op));
        }
        report.EndTable();
        report.Text($"libtorch is faster in {ratios.Count(ratio => ratio > 1)} of {ratios.Count} rows.");
        report.Goal("ops against libtorch, median", Statistics.Median(ratios), 1);
        AgainstPrimitives(report);
        report.Save("dotnet run -c Release --project Bench -p:Libtorch=true -- ops");
    }

    static (Tensor[] Ours, TorchTensor[] Theirs) Inputs(Case op, bool gradient)
    {
        float[][] values = [.. op.Shapes.Select((shape, k) => Both.Draw(Shape.Of(shape).Count, (ulong)k).Select(x => x + op.Shift).ToArray())];
        Tensor[] ours = [.. op.Shapes.Select((shape, k) => Tensor.From(Both.Ours, shape, values[k]))];
        TorchTensor[] theirs = [.. op.Shapes.Select((shape, k) => Both.Torch(values[k], shape))];
        if (gradient)
        {
            foreach (Tensor x in ours) x.RequireGradient();
            foreach (TorchTensor x in theirs) x.requires_grad = true;
        }
        return (ours, theirs);
    }

    static double Forward(Report report, Case op)
    {
        var (ours, theirs) = Inputs(op, gradient: false);
        using var noGradient = torch.no_grad();
        using (var step = new Step(Both.Ours))
        using (TorchTensor expected = op.Theirs(theirs)) Both.Agree(op.Name, op.Ours(ours).ToArray(), expected, op.Tolerance);
        Pair pair = Both.Measure(
            () => { using var step = new Step(Both.Ours); op.Ours(ours); },
            () => { using var scope = torch.NewDisposeScope(); op.Theirs(theirs); }, 0.3);
        report.Row(op.Name, pair);
        return pair.Ratio;
    }

    static double WithGradient(Report report, Case op)
    {
        var (ours, theirs) = Inputs(op, gradient: true);
        Shape shape;
        using (var step = new Step(Both.Ours)) shape = op.Ours(ours).Shape;
        float[] slopes = Both.Draw(shape.Count, 9);
        Tensor dy = Tensor.From(Both.Ours, shape, slopes);
        using TorchTensor dyTorch = Both.Torch(slopes, shape.AsSpan());
        void Ours()
        {
            using var step = new Step(Both.Ours);
            foreach (Tensor x in ours) x.ResetGradient();
            op.Ours(ours).Backward(dy);
        }
        Ours();
        using (var scope = torch.NewDisposeScope())
        {
            IList<TorchTensor> expected = torch.autograd.grad([op.Theirs(theirs)], theirs, [dyTorch]);
            for (int k = 0; k < ours.Length; k++) Both.Agree($"gradient {k} of {op.Name}", ours[k].Gradient.ToArray(), expected[k], op.Tolerance);
        }
        Pair pair = Both.Measure(Ours, () =>
        {
            using var scope = torch.NewDisposeScope();
            torch.autograd.grad([op.Theirs(theirs)], theirs, [dyTorch]);
        }, 0.3);
        report.Row($"{op.Name}, gradient", pair);
        return pair.Ratio;
    }

    // One thread: System.Numerics.Tensors has no more. The rule: an own loop has to be 1.2 times as fast, so the ratio is to be at most 0.83.
    static void AgainstPrimitives(Report report)
    {
        var single = new CpuBackend(1);
        (string Name, Func<Tensor, Tensor> Ours, Primitive Theirs, float Shift)[] loops =
        [
            ("exp", x => x.Exp(), (x, y) => TensorPrimitives.Exp(x, y), 0), ("log", x => x.Log(), (x, y) => TensorPrimitives.Log(x, y), 3),
            ("tanh", x => x.Tanh(), (x, y) => TensorPrimitives.Tanh(x, y), 0), ("sigmoid", x => x.Sigmoid(), (x, y) => TensorPrimitives.Sigmoid(x, y), 0),
            ("sqrt", x => x.Sqrt(), (x, y) => TensorPrimitives.Sqrt(x, y), 3), ("negate", x => -x, (x, y) => TensorPrimitives.Negate(x, y), 0),
            ("square", x => x.Square(), (x, y) => TensorPrimitives.Multiply(x, x, y), 0), ("add", x => x + x, (x, y) => TensorPrimitives.Add(x, x, y), 0),
            ("relu", x => x.Relu(), (x, y) => TensorPrimitives.Max(x, 0f, y), 0),
            ("softmax of one row", x => x.Softmax(), (x, y) => TensorPrimitives.SoftMax(x, y), 0),
            ("sum", x => x.Sum(), (x, y) => y[0] = TensorPrimitives.Sum(x), 0), ("max", x => x.Max(), (x, y) => y[0] = TensorPrimitives.Max(x), 0),
        ];
        report.Text("Own loops against System.Numerics.Tensors, one thread a side, through the public op (which rents and records) against the bare call.");
        report.PairHead("op and length", speeds: false, theirs: "TensorPrimitives");
        foreach (int length in (int[])[16384, 393216])
            foreach (var loop in loops)
            {
                float[] values = [.. Both.Draw(length, 3).Select(x => x + loop.Shift)], result = new float[length];
                Tensor x = Tensor.From(single, [length], values);
                Pair pair = Both.Measure(() => { using var step = new Step(single); loop.Ours(x); }, () => loop.Theirs(values, result), 0.3);
                report.Row($"{loop.Name} {length}", pair);
            }
        report.EndTable();
    }
}
