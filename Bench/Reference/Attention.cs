using NativeSsl.Bench.Measure;
using TorchSharp;

namespace NativeSsl.Bench.Reference;

/// <summary>Causal self-attention on one packed tensor of queries, keys and values, as a model's projection makes it.</summary>
static class Attention
{
    public static void Run(string[] arguments)
    {
        Both.Begin(arguments);
        var report = new Report("attention", "Causal attention");
        report.Text($"{Both.Sides} libtorch: scaled_dot_product_attention, is_causal, twice: on the heads as views of the packed tensor, as in a model, and on separate "
            + "contiguous tensors, which spares it every copy (ours reads separate tensors then, too).");
        report.PairHead("batch × heads × time × width", speeds: true);
        List<(string Name, double Ratio)> ratios = [];
        foreach (var (batch, heads, time, width) in ((int, int, int, int)[])[(12, 4, 64, 32), (8, 6, 256, 64), (2, 8, 1024, 64)])
        {
            string name = $"{batch} × {heads} × {time} × {width}";
            // Two products forward and five backward (the scores are made anew), half of each behind the causal mask.
            double flops = 2.0 * batch * heads * (double)time * time * width;
            ratios.Add(($"{name} forward", Packed(report, $"{name} forward", batch, heads, time, width, backward: false, flops)));
            ratios.Add(($"{name} forward and backward", Packed(report, $"{name} forward and backward", batch, heads, time, width, backward: true, 3.5 * flops)));
            Separate(report, $"{name} forward and backward, separate", batch, heads, time, width, 3.5 * flops);
        }
        report.EndTable();
        foreach (var (name, ratio) in ratios) report.Goal($"attention {name}", ratio, 0.5);
        report.Save("dotnet run -c Release --project Bench -p:Libtorch=true -- attention");
    }

    static double Packed(Report report, string name, int batch, int heads, int time, int width, bool backward, double flops)
    {
        float[] values = Both.Draw((long)batch * time * 3 * heads * width, 1), slopes = Both.Draw((long)batch * time * heads * width, 2);
        Tensor x = Tensor.From(Both.Ours, [batch, time, 3, heads, width], values), dy = Tensor.From(Both.Ours, [batch, time, heads, width], slopes);
        using TorchTensor xTorch = Both.Torch(values, batch, time, 3, heads, width), dyTorch = Both.Torch(slopes, batch, time, heads, width);
        if (backward) { x.RequireGradient(); xTorch.requires_grad = true; }
        var options = new AttentionOptions { Causal = true };

        TorchTensor Theirs()
        {
            TorchTensor[] parts = [.. xTorch.unbind(2).Select(part => part.transpose(1, 2))];
            return Functions.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_casual: true).transpose(1, 2).contiguous();
        }
        using var recording = torch.set_grad_enabled(backward);
        using (var step = new Step(Both.Ours))
        using (var scope = torch.NewDisposeScope())
        {
            Tensor y = x.SelfAttention(options);
            TorchTensor expected = Theirs();
            Both.Agree(name, y.ToArray(), expected);
            if (backward)
            {
                y.Backward(dy);
                Both.Agree($"gradient of {name}", x.Gradient.ToArray(), torch.autograd.grad([expected], [xTorch], [dyTorch])[0]);
            }
        }
        Pair pair = Both.Measure(
            () =>
            {
                using var step = new Step(Both.Ours);
                Tensor y = x.SelfAttention(options);
                if (!backward) return;
                x.ResetGradient();
                y.Backward(dy);
            },
            () =>
            {
                using var scope = torch.NewDisposeScope();
                TorchTensor y = Theirs();
                if (backward) torch.autograd.grad([y], [xTorch], [dyTorch]);
            });
        report.Row(name, pair, flops);
        return pair.Ratio;
    }

    static void Separate(Report report, string name, int batch, int heads, int time, int width, double flops)
    {
        float[][] values = [.. Enumerable.Range(0, 4).Select(k => Both.Draw((long)batch * time * heads * width, (ulong)k))];
        Tensor[] x = [.. values.Select(v => Tensor.From(Both.Ours, [batch, time, heads, width], v))];
        TorchTensor[] xTorch = [.. values.Select(v => Both.Torch(v, batch, heads, time, width))];
        for (int k = 0; k < 3; k++) { x[k].RequireGradient(); xTorch[k].requires_grad = true; }
        var options = new AttentionOptions { Causal = true };
        Pair pair = Both.Measure(
            () =>
            {
                using var step = new Step(Both.Ours);
                foreach (Tensor input in x) input.ResetGradient();
                x[0].Attention(x[1], x[2], options).Backward(x[3]);
            },
            () =>
            {
                using var scope = torch.NewDisposeScope();
                TorchTensor y = Functions.scaled_dot_product_attention(xTorch[0], xTorch[1], xTorch[2], is_casual: true);
                torch.autograd.grad([y], [xTorch[0], xTorch[1], xTorch[2]], [xTorch[3]]);
            });
        foreach (TorchTensor tensor in xTorch) tensor.Dispose();
        report.Row(name, pair, flops);
    }
}
