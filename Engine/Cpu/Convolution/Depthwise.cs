using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>
/// Every channel has a kernel of its own (Howard et al. 2017, “MobileNets”, equation 3): lanes are channels, and nothing is summed over
/// them.
/// </summary>
internal static unsafe class Depthwise
{
    /// <summary>Whether each group has one channel and one output.</summary>
    internal static bool Suits(in Convolution c) => c.Groups > 1 && c.Inputs == 1 && c.Outputs == 1;

    /// <summary>rows[tap, channel] ← the weights <c>[channel, tap]</c>.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Pack(float* weight, in Convolution c, float* rows)
    {
        for (int tap = 0; tap < c.Taps; tap++)
            for (int channel = 0; channel < c.Groups; channel++) *rows++ = weight[(nint)channel * c.Taps + tap];
    }

    /// <summary>The same of every StrideY-th row of the kernel from <paramref name="firstY"/> on, the last one first;
    /// columns likewise.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void PackFlipped(float* weight, in Convolution c, int firstY, int firstX, float* rows)
    {
        for (int h = Last(c.KernelHeight, firstY, c.StrideY); h >= firstY; h -= c.StrideY)
            for (int w = Last(c.KernelWidth, firstX, c.StrideX); w >= firstX; w -= c.StrideX)
                for (int channel = 0; channel < c.Groups; channel++) *rows++ = weight[(nint)channel * c.Taps + h * c.KernelWidth + w];
    }

    static int Last(int length, int first, int stride) => first + (length - 1 - first) / stride * stride;

    /// <summary>A piece of one image, four places at a time, which share what is loaded of the weights.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Multiply<T>(in Correlation c, float* window, nint windowRow) where T : struct, IWide<T>
    {
        int channels = c.Inputs;
        nint place = (nint)c.StrideX * channels;
        for (int p = 0; p < c.Rows; p++)
            for (int j = 0; j < channels; j += Lanes.Count)
            {
                float* from = window + (nint)p * c.StrideY * windowRow + j, to = c.Target + p * c.TargetRow + j;
                T bias = c.Bias == null ? T.Of(0f) : T.Load(c.Bias + j);
                int count = Math.Min(Lanes.Count, channels - j), q = 0;
                for (; q + 4 <= c.Columns; q += 4, from += 4 * place, to += 4 * c.TargetPlace)
                {
                    T s0 = bias, s1 = bias, s2 = bias, s3 = bias;
                    float* row = from, weight = c.Panels + j;
                    for (int h = 0; h < c.KernelHeight; h++, row += windowRow)
                    {
                        float* pixel = row;
                        for (int w = 0; w < c.KernelWidth; w++, pixel += channels, weight += channels)
                        {
                            T k = T.Load(weight);
                            T.AddProduct(ref s0, T.Load(pixel), k);
                            T.AddProduct(ref s1, T.Load(pixel + place), k);
                            T.AddProduct(ref s2, T.Load(pixel + 2 * place), k);
                            T.AddProduct(ref s3, T.Load(pixel + 3 * place), k);
                        }
                    }
                    Store(s0, to, count);
                    Store(s1, to + c.TargetPlace, count);
                    Store(s2, to + 2 * c.TargetPlace, count);
                    Store(s3, to + 3 * c.TargetPlace, count);
                }
                for (; q < c.Columns; q++, from += place, to += c.TargetPlace)
                {
                    T sum = bias;
                    float* weight = c.Panels + j;
                    for (int h = 0; h < c.KernelHeight; h++)
                        for (int w = 0; w < c.KernelWidth; w++, weight += channels)
                            T.AddProduct(ref sum, T.Load(from + h * windowRow + w * channels), T.Load(weight));
                    Store(sum, to, count);
                }
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<T>(T value, float* target, int count) where T : struct, IWide<T>
    {
        if (count == Lanes.Count) T.Store(value, target);
        else T.Store(value, target, count);
    }
}

public sealed partial class CpuBackend
{
    // dW[tap, channel] = Σ dy[place, channel] x[place seen by tap, channel]: images are cut into blocks by the shape alone, each block has
    // a share, and the shares are added in order.
    unsafe void DepthwiseGradWeight(float* x, float* dy, in Convolution c, float* dweight, bool accumulate)
    {
        int blocks = Math.Clamp(c.Batch, 1, MostParts), row = Lanes.RoundUp(c.Groups), length = c.Taps * row;
        using CpuPool.Loan shares = _pool.Lend((long)length * (blocks + 1));
        Run(new DepthwiseWeights(x, dy, shares.Floats + length, blocks, c, _pool), blocks);
        AddShares(shares.Floats + length, blocks, length, shares.Floats, length);
        for (int channel = 0; channel < c.Groups; channel++)
            for (int tap = 0; tap < c.Taps; tap++, dweight++)
                *dweight = (accumulate ? *dweight : 0f) + shares.Floats[(nint)tap * row + channel];
    }

    readonly unsafe struct DepthwiseWeights(float* x, float* dy, float* shares, int blocks, Convolution c, CpuPool pool) : IKernel
    {
        public void Part<T>(int block) where T : struct, IWide<T>
        {
            int columns = c.Width + 2 * c.PadX, row = Lanes.RoundUp(c.Groups);
            float* share = shares + (nint)block * c.Taps * row;
            new Span<float>(share, c.Taps * row).Clear();
            using CpuPool.Loan window = pool.Lend((long)c.KernelHeight * columns * c.Groups);
            for (int image = (int)((long)c.Batch * block / blocks); image < (int)((long)c.Batch * (block + 1) / blocks); image++)
                for (int p = 0; p < c.OutHeight; p++)
                {
                    Window.Copy(x + image * (nint)c.ImageLength, c.Height, c.Width, c.Groups, c.Groups, p * c.StrideY - c.PadY, -c.PadX,
                        c.KernelHeight, columns, window.Floats);
                    AddRow<T>(c, window.Floats, dy + ((nint)image * c.OutHeight + p) * c.OutWidth * c.Groups, share, row);
                }
        }

        [MethodImpl(Compile.Loop)]
        static void AddRow<T>(in Convolution c, float* window, float* dy, float* share, nint shareRow) where T : struct, IWide<T>
        {
            nint channels = c.Groups, place = c.StrideX * channels, windowRow = (nint)(c.Width + 2 * c.PadX) * channels;
            for (int j = 0; j < channels; j += Lanes.Count)
                for (int h = 0; h < c.KernelHeight; h++)
                    for (int w = 0; w < c.KernelWidth; w++)
                    {
                        float* pixel = window + h * windowRow + w * channels + j, slope = dy + j;
                        float* to = share + (h * c.KernelWidth + w) * shareRow + j;
                        T even = T.Load(to), odd = T.Of(0f);
                        int q = 0;
                        for (; q + 2 <= c.OutWidth; q += 2, pixel += 2 * place, slope += 2 * channels)
                        {
                            T.AddProduct(ref even, T.Load(pixel), T.Load(slope));
                            T.AddProduct(ref odd, T.Load(pixel + place), T.Load(slope + channels));
                        }
                        if (q < c.OutWidth) T.AddProduct(ref even, T.Load(pixel), T.Load(slope));
                        T.Store(even + odd, to);
                    }
        }
    }
}
