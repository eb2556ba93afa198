using NativeSsl.Bench.Measure;
using NativeSsl.Kernels;

namespace NativeSsl.Bench.Gpu;

/// <summary>Single ops. On a device that is no GPU, sizes are what a few processors do in a moment.</summary>
static class KernelRows
{
    const int FloatBytes = 4;

    /// <summary>What the others' bandwidth is a share of.</summary>
    public static GpuRow Copy(bool small)
    {
        int count = small ? 1 << 18 : 1 << 28;
        return new($"copy {count}", Judge.Time, 1.1, 2.0 * FloatBytes * count, gpu =>
        {
            Tensor x = Some(gpu, [count]), y = Tensor.Zeros(gpu, [count]);
            return () => gpu.Copy(x, y);
        });
    }

    /// <summary>Rows that move memory.</summary>
    public static IEnumerable<GpuRow> OfMemory(bool small)
    {
        int count = small ? 1 << 16 : 1 << 26, rows = small ? 64 : 16384, tokens = small ? 16 : 4096;
        const int width = 1024, classes = 50304;
        GpuRow Row(string name, double floats, Func<GpuBackend, Action> prepare) => new(name, Judge.Bandwidth, 0.85, FloatBytes * floats, prepare);
        yield return Row($"gelu {count}", 2.0 * count, gpu =>
        {
            Tensor x = Some(gpu, [count]), y = Tensor.Zeros(gpu, [count]);
            return () => gpu.Map<Gelu>(x, y);
        });
        yield return Row($"add {count}", 3.0 * count, gpu =>
        {
            Tensor a = Some(gpu, [count]), b = Some(gpu, [count]), y = Tensor.Zeros(gpu, [count]);
            return () => gpu.Combine<Add>(a, b, y);
        });
        yield return Row($"add a row {rows} x {width}", 2.0 * rows * width, gpu =>
        {
            Tensor a = Some(gpu, [rows, width]), b = Some(gpu, [width]), y = Tensor.Zeros(gpu, [rows, width]);
            return () => gpu.Combine<Add>(a, b, y);
        });
        yield return Row($"softmax {rows} x {width}", 2.0 * rows * width, gpu =>
        {
            Tensor x = Some(gpu, [rows, width]), y = Tensor.Zeros(gpu, [rows, width]);
            return () => gpu.Softmax(x, y);
        });
        yield return Row($"layer norm {rows} x {width}", 2.0 * rows * width, gpu =>
        {
            Tensor x = Some(gpu, [rows, width]), gamma = Some(gpu, [width]), y = Tensor.Zeros(gpu, [rows, width]), statistics = Tensor.Zeros(gpu, [rows, 3]);
            return () => gpu.LayerNorm(x, gamma, gamma, 1e-5f, y, statistics);
        });
        yield return Row($"layer norm's gradient {rows} x {width}", 3.0 * rows * width, gpu =>
        {
            Tensor x = Some(gpu, [rows, width]), gamma = Some(gpu, [width]), y = Tensor.Zeros(gpu, [rows, width]), statistics = Tensor.Zeros(gpu, [rows, 3]),
                dgamma = Tensor.Zeros(gpu, [width]), dbeta = Tensor.Zeros(gpu, [width]), dx = Tensor.Zeros(gpu, [rows, width]);
            gpu.LayerNorm(x, gamma, gamma, 1e-5f, y, statistics);
            return () => { using var step = new Step(gpu); gpu.LayerNormGrad(x, gamma, statistics, y, dx, dgamma, dbeta); };
        });
        yield return Row($"rms norm {rows} x {width}", 2.0 * rows * width, gpu =>
        {
            Tensor x = Some(gpu, [rows, width]), gamma = Some(gpu, [width]), y = Tensor.Zeros(gpu, [rows, width]), reciprocals = Tensor.Zeros(gpu, [rows]);
            return () => gpu.RmsNorm(x, gamma, 1e-6f, y, reciprocals);
        });
        yield return Row($"rms norm's gradient {rows} x {width}", 3.0 * rows * width, gpu =>
        {
            Tensor x = Some(gpu, [rows, width]), gamma = Some(gpu, [width]), y = Tensor.Zeros(gpu, [rows, width]), reciprocals = Tensor.Zeros(gpu, [rows]),
                dgamma = Tensor.Zeros(gpu, [width]), dx = Tensor.Zeros(gpu, [rows, width]);
            gpu.RmsNorm(x, gamma, 1e-6f, y, reciprocals);
            return () => { using var step = new Step(gpu); gpu.RmsNormGrad(x, gamma, reciprocals, y, dx, dgamma); };
        });
        yield return Row($"cross-entropy and its gradient {tokens} x {classes}", 3.0 * tokens * classes, gpu =>
        {
            Tensor x = Some(gpu, [tokens, classes]), dx = Tensor.Zeros(gpu, [tokens, classes]), loss = Tensor.Zeros(gpu, []), one = Tensor.Full(gpu, [], 1f),
                statistics = Tensor.Zeros(gpu, [tokens, 2]);
            var labels = new Labels(Indices.From(gpu, [tokens], [.. Enumerable.Range(0, tokens).Select(i => i * 97 % classes)]), -100, 0f, Indices.From(gpu, [1], tokens));
            return () =>
            {
                using var step = new Step(gpu);
                gpu.CrossEntropy(x, labels, loss, statistics);
                gpu.CrossEntropyGrad(x, labels, statistics, one, dx);
            };
        });
        yield return Row($"gradient norm {count}", 1.0 * count, gpu =>
        {
            Tensor gradients = Some(gpu, [count]), found = Tensor.Full(gpu, [ClipFindings.Losses], 1f);
            return () => { using var step = new Step(gpu); gpu.Clip(gradients, 1, found); };
        });
        yield return Row($"AdamW {count}", 7.0 * count, gpu =>
        {
            Tensor[] state = [.. Enumerable.Range(0, 4).Select(_ => Tensor.Zeros(gpu, [count]))];
            Tensor gradients = Some(gpu, [count]);
            var scalars = new AdamWScalars(0.9f, 0.99f, 0.1f, 0.01f, 1e-8f);
            Tensor rates = Tensor.From(gpu, [AdamWRates.Count], 0.9999f, 1e-3f, 1f);
            return () => gpu.AdamW(state[0], gradients, state[1], state[2], scalars, rates);
        });
    }

    /// <summary>Rows that multiply.</summary>
    public static IEnumerable<GpuRow> OfProducts(bool small)
    {
        foreach (int size in small ? [64, 128] : (int[])[1024, 2048, 4096, 8192])
            yield return Product("fp32", size, 0.7) with { InputSets = size <= 2048 ? 8 : 1 };
        foreach (int size in small ? [] : (int[])[4096, 8192])                 // what is no GPU has no tensor cores
            foreach (var (precision, name) in OnTensorCores)
                yield return Product(name, size, 0.6).With(precision);
        foreach (var (batch, heads, time, width) in small ? [(1, 2, 64, 32)] : ((int, int, int, int)[])[(64, 6, 256, 64), (8, 12, 1024, 64)])
        {
            double flops = 2.0 * batch * heads * (double)time * time * width;          // half of each product lies behind the mask
            yield return Attention($"causal attention {batch} x {heads} x {time} x {width}", flops, backward: false, 2, batch, heads, time, width);
            yield return Attention($"causal attention and gradient {batch} x {heads} x {time} x {width}", 3.5 * flops, backward: true, 2, batch, heads, time, width);
            foreach (var (precision, name) in small ? [] : OnTensorCores)
            {
                yield return Attention($"{name} causal attention {batch} x {heads} x {time} x {width}", flops, backward: false, 2, batch, heads, time, width).With(precision);
                yield return Attention($"{name} causal attention and gradient {batch} x {heads} x {time} x {width}", 3.5 * flops, backward: true, 2, batch, heads, time, width).With(precision);
            }
        }
        int images = small ? 2 : 256;
        string few = small ? ", 2 images" : "";
        foreach (var (inputs, outputs, size) in ((int, int, int)[])[(3, 64, 32), (64, 64, 32), (128, 128, 16), (256, 256, 8), (512, 512, 4)])
        {
            double flops = 2.0 * images * size * size * outputs * 9 * inputs;
            yield return Convolution($"convolution {inputs} to {outputs} at {size}{few}", flops, backward: false, images, inputs, outputs, size);
            yield return Convolution($"convolution and gradients {inputs} to {outputs} at {size}{few}", 3 * flops, backward: true, images, inputs, outputs, size);
        }
    }

    /// <summary>Products by groups of warps, which not every card has.</summary>
    public static IEnumerable<GpuRow> OfWarpGroups()
    {
        foreach (int size in (int[])[4096, 8192])
            foreach (var (precision, name) in OnTensorCores)
                yield return (Product(name, size, 0.8) with { Name = $"{name} product {size} by groups of warps", Theirs = $"{name} product {size}" }).With(precision, warpGroups: true);
    }

    static GpuRow Product(string format, int size, double goal) => new($"{format} product {size}", Judge.Throughput, goal, 2.0 * size * size * size, gpu =>
    {
        Tensor a = Some(gpu, [size, size]), b = Some(gpu, [size, size]), c = Tensor.Zeros(gpu, [size, size]);
        return () => { using var step = new Step(gpu); gpu.MatMul(a, b, c, false, false, false); };
    });

    static readonly (MatMulPrecision Precision, string Name)[] OnTensorCores = [(MatMulPrecision.TensorFloat32, "tf32"), (MatMulPrecision.BFloat16, "bf16")];

    static GpuRow Attention(string name, double flops, bool backward, double goal, int batch, int heads, int time, int width) => new(name, Judge.Time, goal, flops, gpu =>
    {
        Tensor x = Some(gpu, [batch, time, 3, heads, width]), dy = Some(gpu, [batch, time, heads, width]);
        if (backward) x.RequireGradient();
        return Call(gpu, [x], () => x.SelfAttention(new AttentionOptions { Causal = true }), backward ? dy : null);
    });

    static GpuRow Convolution(string name, double flops, bool backward, int images, int inputs, int outputs, int size) => new(name, Judge.Time, 2, flops, gpu =>
    {
        Tensor x = Some(gpu, [images, size, size, inputs]), weight = Some(gpu, [outputs, 3, 3, inputs]), dy = Some(gpu, [images, size, size, outputs]);
        if (!backward) return Call(gpu, [], () => x.Conv2d(weight, padding: 1), null);
        x.RequireGradient();
        weight.RequireGradient();
        return Call(gpu, [x, weight], () => x.Conv2d(weight, padding: 1), dy);
    });

    static Action Call(GpuBackend gpu, Tensor[] inputs, Func<Tensor> forward, Tensor? slopes) => () =>
    {
        using var step = new Step(gpu);
        Tensor y = forward();
        if (slopes is null) return;
        foreach (Tensor input in inputs) input.ResetGradient();
        y.Backward(slopes);
    };

    static ulong s_stream;

    // A million numbers, again and again: drawing more would take longer than what is measured.
    static Tensor Some(GpuBackend gpu, Shape shape)
    {
        var random = new RandomSource(2026, s_stream++);
        float[] drawn = new float[Math.Min(shape.Count, (1 << 20) - 3)], values = new float[shape.Count];
        for (int i = 0; i < drawn.Length; i++) drawn[i] = random.NextUniform() * 2f - 1f;
        for (long start = 0; start < values.Length; start += drawn.Length)
            drawn.AsSpan(0, (int)Math.Min(drawn.Length, values.Length - start)).CopyTo(values.AsSpan((int)start));
        return Tensor.From(gpu, shape, values);
    }
}
