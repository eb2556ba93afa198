namespace NativeSsl;

// y[n,p,q,o] = b[o] + Σ x[n, s p + h − P, s q + w − P, i] W[o,h,w,i]      over taps h, w and the inputs i of o's group; x is zero outside
// dx[n,r,c,i] = Σ dy[n,p,q,o] W[o,h,w,i]                                  over all s p + h − P = r, s q + w − P = c
// dW[o,h,w,i] = Σ dy[n,p,q,o] x[n, s p + h − P, s q + w − P, i]           over images n and places p, q

public partial interface IBackend
{
    /// <summary>y ← convolution of x, as <paramref name="c"/> says, plus the bias <c>[outputs]</c>. What it says is not checked.</summary>
    void Conv2d(Tensor x, Tensor weight, Tensor? bias, Convolution c, Tensor y);
    /// <summary>dx from dy: the transposed convolution.</summary>
    void Conv2dGradInput(Tensor dy, Tensor weight, Convolution c, Tensor dx);
    /// <summary>dweight ← the gradient of the weight, or dweight + that.</summary>
    void Conv2dGradWeight(Tensor x, Tensor dy, Convolution c, Tensor dweight, bool accumulate);
}

public sealed partial class CpuBackend
{
    /// <summary>Whether 3 × 3 convolutions are computed in tiles where that is faster: tests compare the two forms.</summary>
    internal bool UsesWinograd { get; init; } = true;

    /// <inheritdoc/>
    public unsafe void Conv2d(Tensor x, Tensor weight, Tensor? bias, Convolution c, Tensor y)
    {
        float* bs = bias is null ? null : Floats(bias);
        using CpuPool.Loan panels = _pool.Lend((long)c.Groups * c.Taps * Lanes.RoundUp(c.Outputs));
        if (Depthwise.Suits(c)) Depthwise.Pack(Floats(weight), c, panels.Floats);
        else PackKernels(Floats(weight), c, panels.Floats);
        if (UsesWinograd && Winograd.Suits(c)) MultiplyTransformed(Winograd.Forward(c, Floats(x), bs, Floats(y)), panels.Floats);
        else Correlate(Correlation.Forward(c, Floats(x), panels.Floats, bs, Floats(y)));
    }

    /// <inheritdoc/>
    public unsafe void Conv2dGradInput(Tensor dy, Tensor weight, Convolution c, Tensor dx)
    {
        if (UsesWinograd && Winograd.Suits(c))
        {
            using CpuPool.Loan panels = _pool.Lend((long)c.KernelHeight * c.KernelWidth * c.Outputs * Lanes.RoundUp(c.Inputs));
            PackFlippedKernels(Floats(weight), c, 0, 1, 0, 1, panels.Floats);
            MultiplyTransformed(Winograd.Backward(c, Floats(dy), Floats(dx)), panels.Floats);
        }
        else if (Patches.Suit(c)) Run(new ScatterPatches(Floats(dy), Floats(weight), Floats(dx), c, _pool), checked(c.Batch * c.Groups));
        else CorrelateForInput(Floats(dy), Floats(weight), c, Floats(dx));
    }

    /// <inheritdoc/>
    public unsafe void Conv2dGradWeight(Tensor x, Tensor dy, Convolution c, Tensor dweight, bool accumulate)
    {
        if (c.Batch == 0 || dweight.Shape.Count == 0)
        {
            if (!accumulate) Fill(dweight, 0f);
        }
        else if (Depthwise.Suits(c)) DepthwiseGradWeight(Floats(x), Floats(dy), c, Floats(dweight), accumulate);
        else if (UsesWinograd && Winograd.Suits(c))
            TransformedGradWeight(Winograd.Forward(c, Floats(x), null, null), Floats(dy), Floats(dweight), accumulate);
        else CorrelateForWeight(Floats(x), Floats(dy), c, Floats(dweight), accumulate);
    }
}
