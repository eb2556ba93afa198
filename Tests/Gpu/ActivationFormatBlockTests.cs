using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

// Blocks of models: what they give, and what they keep, if they store in BFloat16.
public sealed partial class ActivationFormatTests
{
    // Products round what they read to BFloat16 anyway: what a block gives has the same bits, where the activation makes the same of a number before it is rounded and after. Of gradients, Σ dO O of attention is made of rounded numbers.
    [Fact]
    public void A_block_gives_the_same_bits()
    {
        var (wide, exact) = Run(stores: false);
        var (stored, rounded) = Run(stores: true);
        Assert.Equal(wide, stored);
        Assert.InRange(Math.Sqrt(exact.Zip(rounded, (p, q) => Math.Pow((double)p - q, 2)).Sum() / exact.Sum(p => (double)p * p)), 1e-5, 1 / 256.0);

        static (float[] Value, float[] Gradients) Run(bool stores)
        {
            GpuBackend gpu = Rounding(MatMulPrecision.BFloat16, stores);
            var block = new TransformerBlock(new Init(gpu, 3), new TransformerOptions { Features = 16, Heads = 1, Hidden = 16, Activation = Activation.Relu, Dropout = 0.1f, Causal = true, Deviation = 0.3f });
            using var step = new Step(gpu, training: true, seed: 5, number: 3);
            Tensor x = Draw(gpu, [1, 16, 16])[0], y = block.Forward(x);
            float[] value = y.ToArray();
            y.Backward(Draw(gpu, y.Shape)[0]);
            return (value, [.. block.NamedParameters().Select(parameter => parameter.Tensor).Append(x).SelectMany(tensor => tensor.Gradient.ToArray())]);
        }
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
