using System.Runtime.CompilerServices;

namespace NativeSsl;

// A pair (a, b) of features at position m turns by φ = mθ:   a' = a cos φ − b sin φ,  b' = b cos φ + a sin φ   (Su et al. 2021, “RoFormer”, equation 34)
// The gradient turns back, by −φ: the transpose of a rotation is its inverse.

public partial interface IBackend
{
    /// <summary>
    /// y ← x, every pair of features turned by the angle of its position, or back by it. The first of the times is at position <paramref name="first"/>.
    /// Shapes: x, y <c>[batch, time, heads, width]</c>.
    /// </summary>
    void RotaryPositions(Tensor x, RotaryTable table, int first, bool back, Tensor y);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void RotaryPositions(Tensor x, RotaryTable table, int first, bool back, Tensor y)
    {
        (int time, int heads, int width) = (x.Shape[1], x.Shape[2], x.Shape[3]);
        float* turns = Floats(table.Turns) + 2L * first * width;
        RunRows(new RotaryRows(Floats(x), turns, time, heads, width, table.Halves, back ? -1f : 1f, Floats(y)), x.Shape.Span(0, 2), checked(heads * width));
    }

    // A row is all heads of one position: they turn by the same angles.
    readonly unsafe struct RotaryRows(float* x, float* turns, int time, int heads, int width, bool halves, float sign, float* y) : IRowKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Row<T>(long row) where T : struct, IWide<T>
        {
            float* cosines = turns + row % time * 2 * width, sines = cosines + width;
            for (long start = row * heads * width, end = start + (long)heads * width; start < end; start += width)
                if (halves) TurnHalves<T>(x + start, cosines, sines + width / 2, y + start);
                else TurnNeighbours<T>(x + start, cosines, sines, y + start);
        }

        // Every feature takes its cosine's share of itself and its sine's share of its neighbour; the sines have their signs in the table.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void TurnNeighbours<T>(float* input, float* cosines, float* sines, float* output) where T : struct, IWide<T>
        {
            T direction = T.Of(sign);
            int i = 0;
            for (; i + Lanes.Count <= width; i += Lanes.Count)
            {
                T pairs = T.Load(input + i);
                T.Store(T.MultiplyAdd(pairs, T.Load(cosines + i), T.SwapPairs(pairs) * (T.Load(sines + i) * direction)), output + i);
            }
            if (i < width)
            {
                T pairs = T.Load(input + i);
                T.Store(T.MultiplyAdd(pairs, T.Load(cosines + i), T.SwapPairs(pairs) * (T.Load(sines + i) * direction)), output + i, width - i);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void TurnHalves<T>(float* input, float* cosines, float* sines, float* output) where T : struct, IWide<T>
        {
            T direction = T.Of(sign);
            int half = width / 2;
            for (int i = 0; i < half; i += Lanes.Count)
            {
                int count = Math.Min(Lanes.Count, half - i);
                T a = T.Load(input + i), b = T.Load(input + half + i), c = T.Load(cosines + i), s = T.Load(sines + i) * direction;
                T.Store(T.MultiplyAdd(a, c, -(b * s)), output + i, count);
                T.Store(T.MultiplyAdd(b, c, a * s), output + half + i, count);
            }
        }
    }
}
