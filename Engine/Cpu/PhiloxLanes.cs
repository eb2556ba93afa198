using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeSsl;

/// <summary>The factors of dropout, eight Philox counters at a time where there is AVX2:
/// one at a time costs more than the exponentials beside them.</summary>
internal static unsafe class PhiloxLanes
{
    /// <summary>
    /// kept[4 n … 4 n + 3] ← 0 where <see cref="Philox"/>'s four numbers of counter + n fall below the rate, 1 / (1 − rate) elsewhere.
    /// Writes whole groups of 32 floats.
    /// </summary>
    [MethodImpl(Compile.Loop)]
    internal static void Kept(ulong seed, ulong stream, ulong counter, int count, float rate, float* kept)
    {
        float factor = 1f / (1f - rate);
        for (int i = 0; i < count; i += 32, counter += 8)
            if (Avx2.IsSupported)
            {
                var (a, b) = Rounds(seed, stream, Vector256.Create(counter) + Vector256.Create(0UL, 1, 2, 3),
                    Vector256.Create(counter) + Vector256.Create(4UL, 5, 6, 7));
                Store(a, rate, factor, kept + i);
                Store(b, rate, factor, kept + i + 16);
            }
            else
                for (int n = 0; n < 8; n++)
                {
                    var (a, b, c, d) = Philox.Block(seed, stream, counter + (ulong)n);
                    float* four = kept + i + 4 * n;
                    four[0] = Philox.Uniform(a) < rate ? 0f : factor;
                    four[1] = Philox.Uniform(b) < rate ? 0f : factor;
                    four[2] = Philox.Uniform(c) < rate ? 0f : factor;
                    four[3] = Philox.Uniform(d) < rate ? 0f : factor;
                }
    }

    // The four words of four counters, each in the lower half of a 64-bit lane. What the upper half holds is never looked at: the
    // multiplication reads lower halves only. So a product can stand for its own lower word.
    readonly struct Words(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c, Vector256<ulong> d)
    {
        internal readonly Vector256<ulong> A = a, B = b, C = c, D = d;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Words Next(Vector256<ulong> key0, Vector256<ulong> key1)
        {
            Vector256<ulong> left = Avx2.Multiply(A.AsUInt32(), Vector256.Create(0xD2511F53UL).AsUInt32());
            Vector256<ulong> right = Avx2.Multiply(C.AsUInt32(), Vector256.Create(0xCD9E8D57UL).AsUInt32());
            return new((right >> 32) ^ B ^ key0, right, (left >> 32) ^ D ^ key1, left);
        }
    }

    // Two independent chains, because a round waits for its multiplications.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Words, Words) Rounds(ulong seed, ulong stream, Vector256<ulong> counters, Vector256<ulong> next)
    {
        Vector256<ulong> c = Vector256.Create(stream), d = Vector256.Create(stream >> 32);
        Words x = new(counters, counters >> 32, c, d), y = new(next, next >> 32, c, d);
        uint key0 = (uint)seed, key1 = (uint)(seed >> 32);
        for (int round = 0; round < 10; round++, key0 += 0x9E3779B9, key1 += 0xBB67AE85)
        {
            Vector256<ulong> k0 = Vector256.Create((ulong)key0), k1 = Vector256.Create((ulong)key1);
            (x, y) = (x.Next(k0, k1), y.Next(k0, k1));
        }
        return (x, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(Words words, float rate, float factor, float* kept)
    {
        Vector256<ulong> low = Vector256.Create(0xFFFFFFFFUL), ab = (words.A & low) | (words.B << 32),
            cd = (words.C & low) | (words.D << 32);
        // Counters 0 and 2 side by side, then 1 and 3.
        Vector256<float> even = Factors(Avx2.UnpackLow(ab, cd).AsUInt32(), rate, factor),
            odd = Factors(Avx2.UnpackHigh(ab, cd).AsUInt32(), rate, factor);
        even.GetLower().Store(kept);
        odd.GetLower().Store(kept + 4);
        even.GetUpper().Store(kept + 8);
        odd.GetUpper().Store(kept + 12);
    }

    // As Philox.Uniform: the upper 24 bits, which a float holds exactly.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Factors(Vector256<uint> bits, float rate, float factor)
    {
        Vector256<float> uniform = Vector256.ConvertToSingle((bits >>> 8).AsInt32()) * Vector256.Create(5.9604645e-8f);
        return Vector256.AndNot(Vector256.Create(factor), Vector256.LessThan(uniform, Vector256.Create(rate)));
    }
}
