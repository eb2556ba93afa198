using System.Runtime.CompilerServices;

namespace NativeSsl;

public partial interface IBackend
{
    /// <summary>
    /// y ← scale ⊙ (the steps of each image, one after the other, applied to x) + shift. Shapes: x and y
    /// <c>[batch, height, width, channels]</c> with one or three channels, steps <c>[batch, count, 2]</c> (a <see cref="ColorChange"/>
    /// and its factor), affine <c>[2, channels]</c> (scale and shift).
    /// </summary>
    void AdjustColors(Tensor x, Tensor steps, Tensor affine, Tensor y);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void AdjustColors(Tensor x, Tensor steps, Tensor affine, Tensor y)
    {
        int images = x.Shape[0], imageSize = (int)x.Shape.Span(1, 4), imagesPerPart = Math.Max(1, ElementsPerPart / Math.Max(1, imageSize));
        Run(new AdjustColorsKernel(Floats(x), Floats(steps), Floats(affine), Floats(y), imageSize / x.Shape[3], x.Shape[3], steps.Shape[1],
            images, imagesPerPart, _pool), (images + imagesPerPart - 1) / imagesPerPart);
    }

    // An image is taken apart into its channels, goes through all its steps while it is in the nearest cache, and is put together again.
    readonly unsafe struct AdjustColorsKernel(float* x, float* steps, float* affine, float* y, int pixels, int channels, int stepCount,
        int images, int imagesPerPart, CpuPool pool) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            int plane = (pixels + Lanes.Count - 1) / Lanes.Count * Lanes.Count, end = Math.Min(images, (part + 1) * imagesPerPart);
            using CpuPool.Loan loan = pool.Lend((long)channels * plane);
            float* r = loan.Floats, g = r + (channels - 1) / 2 * plane, b = r + (channels - 1) * plane;
            for (int image = part * imagesPerPart; image < end; image++)
            {
                float* from = x + (long)image * pixels * channels, to = y + (long)image * pixels * channels;
                if (channels == 1) Buffer.MemoryCopy(from, r, plane * sizeof(float), pixels * sizeof(float));
                else TakeApart(from, r, g, b, pixels);
                for (int step = 0; step < stepCount; step++)
                {
                    float* change = steps + 2 * ((long)image * stepCount + step);
                    Apply<T>((ColorChange)change[0], change[1], r, g, b, plane);
                }
                for (int channel = 0; channel < channels; channel++)
                    Scale<T>(r + channel * plane, affine[channel], affine[channels + channel], plane);
                if (channels == 1) Buffer.MemoryCopy(r, to, pixels * sizeof(float), pixels * sizeof(float));
                else PutTogether(r, g, b, to, pixels);
            }
        }

        [MethodImpl(Compile.Loop)]
        static void TakeApart(float* image, float* r, float* g, float* b, int pixels)
        {
            for (int i = 0; i < pixels; i++) (r[i], g[i], b[i]) = (image[3 * i], image[3 * i + 1], image[3 * i + 2]);
        }

        [MethodImpl(Compile.Loop)]
        static void PutTogether(float* r, float* g, float* b, float* image, int pixels)
        {
            for (int i = 0; i < pixels; i++) (image[3 * i], image[3 * i + 1], image[3 * i + 2]) = (r[i], g[i], b[i]);
        }

        [MethodImpl(Compile.Loop)]
        static void Scale<T>(float* channel, float scale, float shift, int plane) where T : struct, IWide<T>
        {
            for (int i = 0; i < plane; i += Lanes.Count) T.Store(T.MultiplyAdd(T.Load(channel + i), T.Of(scale), T.Of(shift)), channel + i);
        }

        void Apply<T>(ColorChange change, float factor, float* r, float* g, float* b, int plane) where T : struct, IWide<T>
        {
            bool grey = channels == 1;
            switch (change)
            {
                case ColorChange.Brightness: Blend<T>(r, channels * plane, factor, 0f); break;
                case ColorChange.Contrast: Blend<T>(r, channels * plane, factor, MeanGrey<T>(r, g, b)); break;
                case ColorChange.Solarize: Solarize<T>(r, channels * plane, factor); break;
                case ColorChange.Saturation when !grey: Saturate<T>(r, g, b, plane, factor); break;
                case ColorChange.Hue when !grey: Turn<T>(r, g, b, plane, factor); break;
            }
        }

        // One channel is three equal ones here: r, g and b are then the same plane.
        [MethodImpl(Compile.Loop)]
        float MeanGrey<T>(float* r, float* g, float* b) where T : struct, IWide<T>
        {
            T sum = T.Of(0f);
            int i = 0;
            for (; i + Lanes.Count <= pixels; i += Lanes.Count) sum += ColorFormulas.Grey(T.Load(r + i), T.Load(g + i), T.Load(b + i));
            if (i < pixels) sum += T.Keep(ColorFormulas.Grey(T.Load(r + i), T.Load(g + i), T.Load(b + i)), pixels - i, 0f);
            return T.Sum(sum) / pixels;
        }

        [MethodImpl(Compile.Loop)]
        static void Blend<T>(float* x, int count, float factor, float other) where T : struct, IWide<T>
        {
            T f = T.Of(factor), o = T.Of(other);
            for (int i = 0; i < count; i += Lanes.Count) T.Store(ColorFormulas.Blend(T.Load(x + i), o, f), x + i);
        }

        [MethodImpl(Compile.Loop)]
        static void Solarize<T>(float* x, int count, float threshold) where T : struct, IWide<T>
        {
            T t = T.Of(threshold);
            for (int i = 0; i < count; i += Lanes.Count) T.Store(ColorFormulas.Solarize(T.Load(x + i), t), x + i);
        }

        [MethodImpl(Compile.Loop)]
        static void Saturate<T>(float* r, float* g, float* b, int plane, float factor) where T : struct, IWide<T>
        {
            T f = T.Of(factor);
            for (int i = 0; i < plane; i += Lanes.Count)
            {
                T red = T.Load(r + i), green = T.Load(g + i), blue = T.Load(b + i), grey = ColorFormulas.Grey(red, green, blue);
                T.Store(ColorFormulas.Blend(red, grey, f), r + i);
                T.Store(ColorFormulas.Blend(green, grey, f), g + i);
                T.Store(ColorFormulas.Blend(blue, grey, f), b + i);
            }
        }

        [MethodImpl(Compile.Loop)]
        static void Turn<T>(float* r, float* g, float* b, int plane, float turns) where T : struct, IWide<T>
        {
            T t = T.Of(turns);
            for (int i = 0; i < plane; i += Lanes.Count)
            {
                T red = T.Load(r + i), green = T.Load(g + i), blue = T.Load(b + i);
                ColorFormulas.TurnHue(ref red, ref green, ref blue, t);
                T.Store(red, r + i);
                T.Store(green, g + i);
                T.Store(blue, b + i);
            }
        }
    }
}
