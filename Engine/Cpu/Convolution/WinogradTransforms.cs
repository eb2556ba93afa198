using System.Runtime.CompilerServices;

namespace NativeSsl;

// Bᵀ = ⎛1  0 −1  0⎞   G = ⎛1   0  0⎞   Aᵀ = ⎛1 1  1  0⎞
//      ⎜0  1  1  0⎟       ⎜½   ½  ½⎟        ⎝0 1 −1 −1⎠
//      ⎜0 −1  1  0⎟       ⎜½  −½  ½⎟
//      ⎝0  1  0 −1⎠       ⎝0   0  1⎠

/// <summary>
/// The transforms of F(2 × 2, 3 × 3), lanes being channels. The 16 elements of a transformed tile lie a plane apart. Each is computed row
/// by row of the matrix, so that what is between two steps fits the registers.
/// </summary>
internal static unsafe class WinogradTransforms<T> where T : struct, IWide<T>
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>Bᵀ d B of 4 × 4 pixels.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Pixels(float* d, nint row, int channels, float* v, nint plane)
    {
        nint p = channels;
        for (int k = 0; k < channels; k += Lanes.Count, d += Lanes.Count, v += Lanes.Count)
        {
            float* d0 = d, d1 = d + row, d2 = d1 + row, d3 = d2 + row;
            Row(Minus(d0, d2), Minus(d0 + p, d2 + p), Minus(d0 + 2 * p, d2 + 2 * p), Minus(d0 + 3 * p, d2 + 3 * p), v, plane);
            Row(Plus(d1, d2), Plus(d1 + p, d2 + p), Plus(d1 + 2 * p, d2 + 2 * p), Plus(d1 + 3 * p, d2 + 3 * p), v + 4 * plane, plane);
            Row(Minus(d2, d1), Minus(d2 + p, d1 + p), Minus(d2 + 2 * p, d1 + 2 * p), Minus(d2 + 3 * p, d1 + 3 * p), v + 8 * plane, plane);
            Row(Minus(d1, d3), Minus(d1 + p, d3 + p), Minus(d1 + 2 * p, d3 + 2 * p), Minus(d1 + 3 * p, d3 + 3 * p), v + 12 * plane, plane);
        }
    }

    [MethodImpl(Inline)]
    static T Plus(float* a, float* b) => T.Load(a) + T.Load(b);
    [MethodImpl(Inline)]
    static T Minus(float* a, float* b) => T.Load(a) - T.Load(b);

    [MethodImpl(Inline)]
    static void Row(T t0, T t1, T t2, T t3, float* v, nint plane)
    {
        T.Store(t0 - t2, v);
        T.Store(t1 + t2, v + plane);
        T.Store(t2 - t1, v + 2 * plane);
        T.Store(t1 - t3, v + 3 * plane);
    }

    /// <summary>Aᵀ m A: 2 × 2 places, of which the lower and the right ones may not exist.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Places(float* m, nint plane, int channels, float* bias, float* y, nint row, bool hasLower, bool hasRight)
    {
        for (int k = 0; k < channels; k += Lanes.Count, m += Lanes.Count, y += Lanes.Count)
        {
            T b = bias == null ? T.Of(0f) : T.Load(bias + k);
            Column(m, plane, out T upper, out T lower);
            T y00 = upper + b, y10 = lower + b;
            Column(m + plane, plane, out upper, out lower);
            y00 += upper;
            y10 += lower;
            T y01 = upper + b, y11 = lower + b;
            Column(m + 2 * plane, plane, out upper, out lower);
            y00 += upper;
            y10 += lower;
            y01 -= upper;
            y11 -= lower;
            Column(m + 3 * plane, plane, out upper, out lower);
            y01 -= upper;
            y11 -= lower;
            int count = Math.Min(Lanes.Count, channels - k);
            Store(y00, y, count);
            if (hasRight) Store(y01, y + channels, count);
            if (!hasLower) continue;
            Store(y10, y + row, count);
            if (hasRight) Store(y11, y + row + channels, count);
        }
    }

    // A masked store takes some processors longer than all that is computed here.
    [MethodImpl(Inline)]
    static void Store(T value, float* target, int count)
    {
        if (count == Lanes.Count) T.Store(value, target);
        else T.Store(value, target, count);
    }

    [MethodImpl(Inline)]
    static void Column(float* m, nint plane, out T upper, out T lower)
    {
        T m1 = T.Load(m + 4 * plane), m2 = T.Load(m + 8 * plane);
        upper = T.Load(m) + m1 + m2;
        lower = m1 - m2 - T.Load(m + 12 * plane);
    }

    /// <summary>G g Gᵀ of every input's 3 × 3 weights, for a panel of outputs.</summary>
    /// <param name="panel">Rows of <paramref name="width"/> weights for each tap and input.</param>
    /// <param name="inputs">How many inputs.</param>
    /// <param name="width">How many outputs.</param>
    /// <param name="u">Rows for each input.</param>
    /// <param name="plane">From one element to the next.</param>
    [MethodImpl(Compile.Loop)]
    internal static void Kernels(float* panel, int inputs, int width, float* u, nint plane)
    {
        nint tap = (nint)inputs * width;
        T half = T.Of(0.5f);
        for (nint k = 0; k < tap; k += Lanes.Count, panel += Lanes.Count, u += Lanes.Count)
        {
            float* g0 = panel, g1 = g0 + 3 * tap, g2 = g1 + 3 * tap;
            KernelRow(T.Load(g0), T.Load(g0 + tap), T.Load(g0 + 2 * tap), half, u, plane);
            KernelRow(T.Load(g2), T.Load(g2 + tap), T.Load(g2 + 2 * tap), half, u + 12 * plane, plane);
            T a = half * Plus(g0, g2), b = half * Plus(g0 + tap, g2 + tap), c = half * Plus(g0 + 2 * tap, g2 + 2 * tap);
            T x = half * T.Load(g1), y = half * T.Load(g1 + tap), z = half * T.Load(g1 + 2 * tap);
            KernelRow(a + x, b + y, c + z, half, u + 4 * plane, plane);
            KernelRow(a - x, b - y, c - z, half, u + 8 * plane, plane);
        }
    }

    [MethodImpl(Inline)]
    static void KernelRow(T a, T b, T c, T half, float* u, nint plane)
    {
        T outer = half * (a + c), inner = half * b;
        T.Store(a, u);
        T.Store(outer + inner, u + plane);
        T.Store(outer - inner, u + 2 * plane);
        T.Store(c, u + 3 * plane);
    }

    /// <summary>A dY Aᵀ of 2 × 2 slopes, of which the lower and the right ones may not exist and count as zero.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Slopes(float* dy, nint row, nint place, int channels, bool hasLower, bool hasRight, float* m, nint plane)
    {
        T zero = T.Of(0f);
        for (int k = 0; k < channels; k += Lanes.Count, dy += Lanes.Count, m += Lanes.Count)
        {
            T d00 = T.Load(dy), d01 = zero, d10 = zero, d11 = zero;
            if (hasRight) d01 = T.Load(dy + place);
            if (hasLower) d10 = T.Load(dy + row);
            if (hasLower && hasRight) d11 = T.Load(dy + row + place);
            SlopeRow(d00, d01, m, plane);
            SlopeRow(d00 + d10, d01 + d11, m + 4 * plane, plane);
            SlopeRow(d00 - d10, d01 - d11, m + 8 * plane, plane);
            SlopeRow(-d10, -d11, m + 12 * plane, plane);
        }
    }

    [MethodImpl(Inline)]
    static void SlopeRow(T a, T b, float* m, nint plane)
    {
        T.Store(a, m);
        T.Store(a + b, m + plane);
        T.Store(a - b, m + 2 * plane);
        T.Store(-b, m + 3 * plane);
    }

    /// <summary>Gᵀ u G of one output and sixteen inputs; taps lie <paramref name="inputs"/> apart.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void KernelSlopes(float* u, nint plane, float* dweight, nint inputs, int count, bool accumulate)
    {
        T half = T.Of(0.5f);
        float* taps = stackalloc float[12 * Lanes.Count];
        for (int column = 0; column < 4; column++)
        {
            float* from = u + column * plane, to = taps + column * Lanes.Count;
            T u1 = T.Load(from + 4 * plane), u2 = T.Load(from + 8 * plane), sum = half * (u1 + u2);
            T.Store(T.Load(from) + sum, to);
            T.Store(half * (u1 - u2), to + 4 * Lanes.Count);
            T.Store(sum + T.Load(from + 12 * plane), to + 8 * Lanes.Count);
        }
        for (int h = 0; h < 3; h++, taps += 4 * Lanes.Count, dweight += 3 * inputs)
        {
            T t1 = T.Load(taps + Lanes.Count), t2 = T.Load(taps + 2 * Lanes.Count), sum = half * (t1 + t2);
            Put(T.Load(taps) + sum, dweight, count, accumulate);
            Put(half * (t1 - t2), dweight + inputs, count, accumulate);
            Put(sum + T.Load(taps + 3 * Lanes.Count), dweight + 2 * inputs, count, accumulate);
        }
    }

    [MethodImpl(Inline)]
    static void Put(T value, float* target, int count, bool accumulate)
    {
        if (accumulate) value += T.Load(target);
        Store(value, target, count);
    }
}
