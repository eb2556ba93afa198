using NativeSsl.Bench.Measure;
using TorchSharp;

namespace NativeSsl.Bench.Reference;

/// <summary>The convolutions of ResNets on small images, against libtorch in both of its layouts.</summary>
static class Convolutions
{
    sealed record Layer(int Inputs, int Outputs, int Size, int Kernel = 3, int Stride = 1, int Batch = 64)
    {
        public int OutSize => (Size + 2 * Padding - Kernel) / Stride + 1;
        public int Padding => Kernel / 2;
        public string Name => $"{Kernel} × {Kernel}, {Inputs} → {Outputs} @ {Size}{(Stride > 1 ? $" / {Stride}" : "")}";
        public double Flops => 2.0 * Batch * OutSize * OutSize * Outputs * Kernel * Kernel * Inputs;
    }

    static readonly Layer[] Judged =
    [
        new(3, 32, 32), new(32, 32, 32), new(32, 64, 32, Stride: 2), new(64, 64, 16), new(64, 128, 16, Stride: 2), new(128, 128, 8),
        new(3, 64, 32), new(64, 64, 32), new(128, 128, 16), new(256, 256, 8), new(512, 512, 4, Batch: 128),
    ];

    static readonly Layer[] Others =
        [new(64, 128, 16, Kernel: 1, Stride: 2), new(256, 64, 16, Kernel: 1), new(3, 64, 64, Kernel: 7, Stride: 2)];

    public static void Run(string[] arguments)
    {
        Both.Begin(arguments);
        var report = new Report("conv", "Convolutions");
        report.Text($"{Both.Sides} In → out @ size of the images; padding keeps the size; 64 images, 128 at 512 channels. "
            + "Ours keeps channels last; libtorch has both layouts, its inputs, weights and slopes already lying as it likes them. "
            + "Backward: of x and of the weight.");
        report.PairHead("layer", speeds: true);
        List<double> forward = [], both = [];
        foreach (Layer layer in Judged)
        {
            forward.Add(Measure(report, layer, channelsLast: true, backward: false));
            Measure(report, layer, channelsLast: false, backward: false);
            both.Add(Measure(report, layer, channelsLast: true, backward: true));
            Measure(report, layer, channelsLast: false, backward: true);
        }
        foreach (Layer layer in Others)
            foreach (bool channelsLast in (bool[])[true, false])
                Measure(report, layer, channelsLast, backward: true);
        report.EndTable();
        report.Goal("3 × 3 convolutions against channels last, forward, median of the layers", Statistics.Median(forward), 0.85);
        report.Goal("3 × 3 convolutions against channels last, forward and backward, median of the layers", Statistics.Median(both), 0.85);
        report.Save("dotnet run -c Release --project Bench -p:Libtorch=true -- conv");
    }

    static double Measure(Report report, Layer layer, bool channelsLast, bool backward)
    {
        string passes = backward ? "forward and backward" : "forward";
        string name = $"{layer.Name}, {passes}, channels {(channelsLast ? "last" : "first")}";
        Shape xShape = [layer.Batch, layer.Size, layer.Size, layer.Inputs],
            wShape = [layer.Outputs, layer.Kernel, layer.Kernel, layer.Inputs],
            yShape = [layer.Batch, layer.OutSize, layer.OutSize, layer.Outputs];
        float[] xValues = Both.Draw(xShape.Count, 1), wValues = Both.Draw(wShape.Count, 2), slopes = Both.Draw(yShape.Count, 3);
        Tensor x = Tensor.From(Both.Ours, xShape, xValues), weight = Tensor.From(Both.Ours, wShape, wValues),
            dy = Tensor.From(Both.Ours, yShape, slopes);
        using TorchTensor xTorch = Torch(xValues, xShape, channelsLast), wTorch = Torch(wValues, wShape, channelsLast),
            dyTorch = Torch(slopes, yShape, channelsLast);
        if (backward)
        {
            foreach (Tensor ours in (Tensor[])[x, weight]) ours.RequireGradient();
            foreach (TorchTensor theirs in (TorchTensor[])[xTorch, wTorch]) theirs.requires_grad = true;
        }
        void Ours()
        {
            using var step = new Step(Both.Ours);
            Tensor y = x.Conv2d(weight, stride: layer.Stride, padding: layer.Padding);
            if (!backward) return;
            x.ResetGradient();
            weight.ResetGradient();
            y.Backward(dy);
        }
        IList<TorchTensor> Theirs()
        {
            TorchTensor y = Functions.conv2d(xTorch, wTorch, null, [layer.Stride, layer.Stride], [layer.Padding, layer.Padding]);
            return backward ? torch.autograd.grad([y], [xTorch, wTorch], [dyTorch]) : [y];
        }
        using var recording = torch.set_grad_enabled(backward);
        Ours();
        using (var step = new Step(Both.Ours))
        using (var scope = torch.NewDisposeScope())
        {
            Tensor[] ours = backward ? [x.Gradient, weight.Gradient] : [x.Conv2d(weight, stride: layer.Stride, padding: layer.Padding)];
            foreach (var (result, expected) in ours.Zip(Theirs())) Both.Agree(name, result.ToArray(), expected.permute(0, 2, 3, 1));
        }
        Pair pair = Both.Measure(Ours, () => { using var scope = torch.NewDisposeScope(); Theirs(); }, 1);
        report.Row(name, pair, layer.Flops * (backward ? 3 : 1));
        return pair.Ratio;
    }

    // The numbers lie with channels last; libtorch's layout with channels first is a copy of them, the other a view.
    static TorchTensor Torch(float[] values, Shape shape, bool channelsLast)
    {
        using TorchTensor whole = Both.Torch(values, shape.AsSpan());
        TorchTensor view = whole.permute(0, 3, 1, 2);
        if (channelsLast) return view;
        using (view) return view.contiguous();
    }
}
