using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

// Blocks of models: what they give, and what they keep, if they store in BFloat16.
public sealed partial class ActivationFormatTests
{
    // Products round what they read to BFloat16 anyway: what a block gives has the same bits, where the activation makes the same of a number before it is rounded and after. Of gradients, Σ dO O of attention is made of rounded numbers.
    // A batch norm is no product, nor is a gate: they read numbers that were not rounded before.
    [Theory, InlineData("transformer", true), InlineData("T5", true), InlineData("strided convolutions", false), InlineData("gated T5", false), InlineData("SwiGLU", false), InlineData("head", false)]
    public void A_block_gives_the_same_bits(string kind, bool sameBits)
    {
        var (wide, exact) = Run(kind, stores: false);
        var (stored, rounded) = Run(kind, stores: true);
        if (sameBits) Assert.Equal(wide, stored);
        else Assert.InRange(Apart(wide, stored), 1e-5, kind is "head" or "SwiGLU" ? 1 / 128.0 : 1 / 256.0);       // one rounding is 1/600 on average; a head has five, a gate multiplies two
        Assert.InRange(Apart(exact, rounded), 1e-5, sameBits ? 1 / 256.0 : 1 / 64.0);
    }

    static double Apart(float[] exact, float[] rounded) => Math.Sqrt(exact.Zip(rounded, (p, q) => Math.Pow((double)p - q, 2)).Sum() / exact.Sum(p => (double)p * p));

    static (float[] Value, float[] Gradients) Run(string kind, bool stores)
    {
        GpuBackend gpu = Rounding(MatMulPrecision.BFloat16, stores);
        (Module module, Shape shape, Func<Tensor, Tensor> forward) = Block(kind, gpu, new Init(gpu, 3));
        using var step = new Step(gpu, training: true, seed: 5, number: 3);
        Tensor x = Draw(gpu, shape)[0], y = forward(x);
        float[] value = y.ToArray();
        y.Backward(Draw(gpu, y.Shape)[0]);
        return (value, [.. module.NamedParameters().Select(parameter => parameter.Tensor).Append(x).SelectMany(tensor => tensor.Gradient.ToArray())]);
    }

    static (Module, Shape, Func<Tensor, Tensor>) Block(string kind, GpuBackend gpu, Init init)
    {
        if (kind == "strided convolutions")
        {
            var convolutions = new StridedConvolutions(init, 3, 8, 16);
            return (convolutions, [2, 8, 8, 3], convolutions.Forward);
        }
        if (kind == "head")
        {
            var head = new MlpHead(init, 16, 24, 8, layers: 3, normalizeLast: true);
            return (head, [32, 16], head.Forward);
        }
        if (kind == "SwiGLU")
        {
            var feedForward = new SwiGlu(init, 16, 24, deviation: 0.3f);
            return (feedForward, [2, 8, 16], x => feedForward.Forward(x, x));
        }
        if (kind.EndsWith("T5", StringComparison.Ordinal))
        {
            var block = new T5Block(init, new T5.Config { Heads = 1, Width = 16, HeadWidth = 16, Hidden = 16, Dropout = 0f, Gated = kind != "T5" }, decoder: true);
            return (block, [1, 16, 16], x => block.Forward(x, new AttentionOptions { Causal = true }, block.Remember(x, gpu.ActivationFormat)));
        }
        var transformer = new TransformerBlock(init, new TransformerOptions { Features = 16, Heads = 1, Hidden = 16, Activation = Activation.Relu, Dropout = 0.1f, Causal = true, Deviation = 0.3f });
        return (transformer, [1, 16, 16], x => transformer.Forward(x));
    }

    // Of 16 numbers that a transformer's block keeps of each feature two are of the stream, which stays Float32: 14 · 2 + 2 · 4 bytes instead of 16 · 4. Of a residual block it is one of four.
    [Theory, InlineData("transformer", 36.0 / 64), InlineData("residual", 10.0 / 16)]
    public void A_block_keeps_little_more_than_half_of_the_bytes(string kind, double share)
    {
        Assert.InRange((double)Kept(stores: true) / Kept(stores: false), share - 0.02, share + 0.04);

        long Kept(bool stores)
        {
            using GpuBackend gpu = GpuBackend.Simulator();
            (gpu.MatMulPrecision, gpu.StoresBFloat16) = (MatMulPrecision.BFloat16, stores);
            var transformer = new TransformerBlock(new Init(gpu, 3), new TransformerOptions { Features = 32, Heads = 2 });
            var residual = new BasicBlock(new Init(gpu, 3), 16, 16);
            using var step = new Step(gpu, training: true);
            Tensor x = Draw(gpu, kind == "transformer" ? [1, 64, 32] : [4, 8, 8, 16])[0];
            long before = gpu.PoolBytesInUse;
            if (kind == "transformer") transformer.Forward(x);
            else residual.Forward(x);
            gpu.TrimPool();                                 // what was lent within an op has come back
            return gpu.PoolBytesInUse - before;
        }
    }
}
