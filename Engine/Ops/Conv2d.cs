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
        if (c.OutPixels == 0 || c.Outputs == 0) return;
        using CpuPool.Loan turned = _pool.Lend((long)c.Groups * c.Taps * Patches.RowOf(c.Outputs));
        Run(new TurnWeights(Floats(weight), turned.Floats, c), c.Groups);
        Run(new ConvolvePatches(Floats(x), turned.Floats, bias is null ? null : Floats(bias), Floats(y), c, _pool), checked(c.Batch * c.Groups));
    }

    /// <inheritdoc/>
    public unsafe void Conv2dGradInput(Tensor dy, Tensor weight, Convolution c, Tensor dx)
    {
        if (c.Channels > 0) Run(new ScatterPatches(Floats(dy), Floats(weight), Floats(dx), c, _pool), checked(c.Batch * c.Groups));
    }

    /// <inheritdoc/>
    public unsafe void Conv2dGradWeight(Tensor x, Tensor dy, Convolution c, Tensor dweight, bool accumulate)
    {
        // Every block of images sums its share; the shares are then added in order. Blocks depend on the shape only.
        int count = checked(c.OutChannels * c.Taps), blocks = Math.Clamp(c.Batch, 1, MostParts), images = (c.Batch + blocks - 1) / blocks;
        if (count == 0) return;
        using CpuPool.Loan shares = _pool.Lend((long)count * (blocks + 1));
        if (accumulate) new Span<float>(Floats(dweight), count).CopyTo(new Span<float>(shares.Floats, count));
        Run(new WeighPatches(Floats(x), Floats(dy), shares.Floats + count, images, c, _pool), blocks);
        int before = accumulate ? 0 : 1;
        AddShares(shares.Floats + before * (long)count, blocks + 1 - before, count, Floats(dweight), count);
    }
}
