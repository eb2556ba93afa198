using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>Ops at the sizes of real models, and ten steps of training: a GPU against the CPU, whose ops are held against the textbook at every size of a register.</summary>
static class Agreement
{
    /// <summary>‖theirs − ours‖ / ‖ours‖ that rounding explains.</summary>
    internal const double Tolerance = 2e-5, StepTolerance = 1e-4;

    const float Spread = 0.5f;

    static readonly CpuBackend Cpu = new(Environment.ProcessorCount);

    internal static IReadOnlyDictionary<string, Func<IBackend, float[][]>> Cases { get; } = new Dictionary<string, Func<IBackend, float[][]>>
    {
        ["matmul 1024 × 513 × 640"] = gpu => Gradients(gpu, [[1024, 513], [513, 640]], x => x[0].MatMul(x[1])),
        ["matmul of turned items 24 × 256 × 64 × 256"] = gpu => Gradients(gpu, [[24, 256, 64], [24, 256, 64]], x => x[0].MatMul(x[1], transposeB: true)),
        ["linear and gelu 4096 × 384 × 1536"] = gpu => Gradients(gpu, [[4096, 384], [1536, 384], [1536]], x => x[0].Linear(x[1], x[2], Activation.Gelu)),
        ["convolution 64 → 64 at 32 × 32"] = gpu => Gradients(gpu, [[32, 32, 32, 64], [64, 3, 3, 64]], x => x[0].Conv2d(x[1], padding: 1)),
        ["convolution 64 → 128 at 16 × 16, stride 2"] = gpu => Gradients(gpu, [[64, 16, 16, 64], [128, 3, 3, 64]], x => x[0].Conv2d(x[1], stride: 2, padding: 1)),
        ["convolution 3 → 64 at 32 × 32"] = gpu => Gradients(gpu, [[64, 32, 32, 3], [64, 3, 3, 3]], x => x[0].Conv2d(x[1], padding: 1)),
        ["causal attention 2 × 6 × 256 × 64"] = gpu => Gradients(gpu, [[2, 256, 3, 6, 64]], x => x[0].SelfAttention(new AttentionOptions { Causal = true })),
        ["softmax 1024 × 1000"] = gpu => Gradients(gpu, [[1024, 1000]], x => x[0].Softmax()),
        ["softmax 64 × 50257"] = gpu => Gradients(gpu, [[64, 50257]], x => x[0].Softmax()),
        ["layer norm 8192 × 384"] = gpu => Gradients(gpu, [[8192, 384], [384], [384]], x => x[0].LayerNorm(x[1], x[2])),
        ["cross-entropy 96 × 50257"] = gpu => Gradients(gpu, [[96, 50257]],
            x => x[0].CrossEntropy(Indices.From(gpu, [96], [.. Enumerable.Range(0, 96).Select(i => i * 97 % 50257)]))),
        ["batch norm 32768 × 24"] = gpu => Gradients(gpu, [[32768, 24], [24], [24]], x => x[0].BatchNorm(x[1], x[2], Tensor.Zeros(gpu, [24]), Tensor.Full(gpu, [24], 1f), activation: Activation.Relu)),
        ["4096 embeddings from 65 × 96"] = gpu => Gradients(gpu, [[65, 96]], x => x[0].Embed(Indices.From(gpu, [4096], [.. Enumerable.Range(0, 4096).Select(i => i * i % 65)]))),
        ["gelu of a million"] = gpu => Gradients(gpu, [[1 << 20]], x => x[0].Gelu()),
        ["sum of columns 16384 × 256"] = gpu => Gradients(gpu, [[16384, 256]], x => x[0].Sum(0)),
        ["sum of three million"] = gpu => Gradients(gpu, [[3 << 20]], x => x[0].Sum()),
        ["ten steps of a GPT"] = TenSteps.OfGpt,
        ["ten steps of SimCLR"] = TenSteps.OfSimClr,
    };

    /// <summary>Blocks of models large enough that a card lays their products out: what they hand on is stored as the device says. For a card alone.</summary>
    internal static IReadOnlyDictionary<string, Func<IBackend, float[][]>> Blocks { get; } = new Dictionary<string, Func<IBackend, float[][]>>
    {
        ["block of a transformer 16 × 256 × 512"] = gpu => OfBlock(new TransformerBlock(new Init(gpu, 3), new TransformerOptions { Features = 512, Heads = 8, Causal = true }), [16, 256, 512], (block, x) => block.Forward(x)),
        ["residual block 64 at 32 × 32"] = gpu => OfBlock(new BasicBlock(new Init(gpu, 3), 64, 64), [32, 32, 32, 64], (block, x) => block.Forward(x)),
    };

    static float[][] OfBlock<T>(T block, Shape shape, Func<T, Tensor, Tensor> forward) where T : Module
    {
        Tensor[] parameters = [.. block.NamedParameters().Select(parameter => parameter.Tensor)];
        return [.. Gradients(parameters[0].Backend, [shape], x => forward(block, x[0]), training: true), .. parameters.Select(parameter => parameter.Gradient.ToArray())];
    }

    /// <summary>The worst relative distance between a device's results and the CPU's, of all that a case gives.</summary>
    internal static double Distance(string name, IBackend device)
    {
        var run = Cases.GetValueOrDefault(name) ?? Blocks[name];
        float[][] expected = run(Cpu), actual = run(device);
        return expected.Zip(actual, (e, a) => e.Length != a.Length || !Array.TrueForAll(a, float.IsFinite) ? double.PositiveInfinity
            : Math.Sqrt(e.Zip(a, (x, y) => ((double)x - y) * ((double)x - y)).Sum() / Math.Max(1e-30, e.Sum(x => (double)x * x)))).Max();
    }

    /// <summary>What is allowed for a case.</summary>
    internal static double Allowed(string name) => name.StartsWith("ten steps", StringComparison.Ordinal) ? StepTolerance : Tolerance;

    /// <summary>Cases that tensor cores have to do with.</summary>
    internal static IEnumerable<string> Products => Cases.Keys.Where(name => name.StartsWith("matmul", StringComparison.Ordinal) || name.StartsWith("linear", StringComparison.Ordinal)
        || name.StartsWith("convolution", StringComparison.Ordinal) || IsAttention(name)).Concat(Blocks.Keys);

    static bool IsAttention(string name) => name.Contains("attention", StringComparison.Ordinal);

    /// <summary>What is allowed for one of them: attention rounds the factors of one product, and then those of another that is made of it; a block does so four times.</summary>
    internal static double AllowedRounded(string name, MatMulPrecision precision) => (Blocks.ContainsKey(name) ? 4 : IsAttention(name) ? 2 : 1) * Rounding(precision);

    /// <summary>The most that factors' rounding moves a product: of each, half a step of its last bit.</summary>
    internal static double Rounding(MatMulPrecision precision) => precision == MatMulPrecision.BFloat16 ? 1 / 256.0 : 1 / 2048.0;

    // The value, and the gradient of every input for a slope drawn at random.
    static float[][] Gradients(IBackend backend, Shape[] shapes, Func<Tensor[], Tensor> apply, bool training = false)
    {
        using var step = new Step(backend, training);
        Tensor[] inputs = [.. shapes.Select((shape, k) => Tensor.From(backend, shape, Some(shape.Count, (ulong)k)).RequireGradient())];
        Tensor y = apply(inputs);
        float[] value = y.ToArray();
        y.Backward(Tensor.From(backend, y.Shape, Some(y.Shape.Count, 9)));
        return [value, .. inputs.Select(x => x.Gradient.ToArray())];
    }

    static float[] Some(long count, ulong stream)
    {
        var random = new RandomSource(2026, stream);
        float[] values = new float[count];
        for (int i = 0; i < values.Length; i++) values[i] = (random.NextUniform() * 2 - 1) * Spread;
        return values;
    }
}
