namespace NativeSsl;

// y[n,p,q,o] = b[o] + Σ x[n, s p + h − P, s q + w − P, i] W[o,h,w,i]     over taps h, w and inputs i of o's group; x is zero outside of the image
// dx[n,r,c,i] = Σ dy[n,p,q,o] W[o,h,w,i]   over all s p + h − P = r, s q + w − P = c
// dW[o,h,w,i] = Σ dy[n,p,q,o] x[n, s p + h − P, s q + w − P, i]          over images n and places p, q

public partial interface IBackend
{
    /// <summary>y ← convolution of x, as <paramref name="c"/> says, plus the bias <c>[outputs]</c>. What it says of the shapes is not checked.</summary>
    void Conv2d(Tensor x, Tensor weight, Tensor? bias, Convolution c, Tensor y);
    /// <summary>dx from dy: the transposed convolution.</summary>
    void Conv2dGradInput(Tensor dy, Tensor weight, Convolution c, Tensor dx);
    /// <summary>dweight ← the gradient of the weight, or dweight + that.</summary>
    void Conv2dGradWeight(Tensor x, Tensor dy, Convolution c, Tensor dweight, bool accumulate);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void Conv2d(Tensor x, Tensor weight, Tensor? bias, Convolution c, Tensor y)
    {
        bool isDepthwise = Depthwise.Suits(c);
        using CpuPool.Loan panels = _pool.Lend((long)c.Groups * c.Taps * Lanes.RoundUp(c.Outputs));
        if (isDepthwise) Depthwise.Pack(Floats(weight), c, panels.Floats);
        else PackKernels(Floats(weight), c, panels.Floats);
        if (Winograd.Suits(c))
        {
            MultiplyTransformed(Winograd.Forward(c, Floats(x), bias is null ? null : Floats(bias), Floats(y)), panels.Floats);
            return;
        }
        Correlate(new Correlation
        {
            Batch = c.Batch, Groups = isDepthwise ? 1 : c.Groups, IsDepthwise = isDepthwise,
            Source = Floats(x), Height = c.Height, Width = c.Width, Inputs = isDepthwise ? c.Channels : c.Inputs,
            Top = -c.PadY, Left = -c.PadX, StrideY = c.StrideY, StrideX = c.StrideX, KernelHeight = c.KernelHeight, KernelWidth = c.KernelWidth,
            Panels = panels.Floats, Bias = bias is null ? null : Floats(bias),
            Target = Floats(y), Rows = c.OutHeight, Columns = c.OutWidth, Outputs = isDepthwise ? c.OutChannels : c.Outputs,
            TargetImage = (nint)c.OutImageLength, TargetRow = (nint)c.OutWidth * c.OutChannels, TargetPlace = c.OutChannels,
        });
    }

    /// <inheritdoc/>
    public unsafe void Conv2dGradInput(Tensor dy, Tensor weight, Convolution c, Tensor dx)
    {
        if (Patches.Suit(c) && !Depthwise.Suits(c)) Run(new ScatterPatches(Floats(dy), Floats(weight), Floats(dx), c, _pool), checked(c.Batch * c.Groups));
        else if (Winograd.Suits(c))
        {
            using CpuPool.Loan panels = _pool.Lend((long)c.KernelHeight * c.KernelWidth * c.Outputs * Lanes.RoundUp(c.Inputs));
            PackFlippedKernels(Floats(weight), c, 0, 1, 0, 1, panels.Floats);
            MultiplyTransformed(new Winograd
            {
                Source = Floats(dy), Batch = c.Batch, Height = c.OutHeight, Width = c.OutWidth, Inputs = c.Outputs, Top = c.PadY - 2, Left = c.PadX - 2,
                Target = Floats(dx), Rows = c.Height, Columns = c.Width, Outputs = c.Inputs,
            }, panels.Floats);
        }
        else CorrelateForInput(Floats(dy), Floats(weight), c, Floats(dx));
    }

    /// <inheritdoc/>
    public unsafe void Conv2dGradWeight(Tensor x, Tensor dy, Convolution c, Tensor dweight, bool accumulate)
    {
        if (Depthwise.Suits(c)) DepthwiseGradWeight(Floats(x), Floats(dy), c, Floats(dweight), accumulate);
        else if (Winograd.Suits(c) && c.Batch > 0) TransformedGradWeight(Winograd.Forward(c, Floats(x), null, null), Floats(dy), Floats(dweight), accumulate);
        else CorrelateForWeight(Floats(x), Floats(dy), c, Floats(dweight), accumulate);
    }
}
