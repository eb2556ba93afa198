using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeSsl;

public partial interface IBackend
{
    /// <summary>y ← x, each in its own format, Float32 or BFloat16; to BFloat16 rounded to nearest, ties to even,
    /// NaN kept and quiet.</summary>
    void Convert(Tensor x, Tensor y);
}

/// <summary>BFloat16 is the upper half of a Float32: the same exponent, seven bits of fraction.</summary>
public static class BFloat16
{
    /// <summary>Rounds to nearest, ties to even; a NaN stays one, made quiet.</summary>
    // Adding 7FFF carries into the upper half above a tie; the lowest bit kept is added too, so that a tie carries only from odd to even.
    public static ushort Round(float value)
    {
        uint bits = (uint)BitConverter.SingleToInt32Bits(value);
        if ((bits & 0x7FFFFFFF) > 0x7F800000) return (ushort)((bits >> 16) | 0x0040);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>The same number as a Float32.</summary>
    public static float Widen(ushort bits) => BitConverter.Int32BitsToSingle(bits << 16);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void Convert(Tensor x, Tensor y)
    {
        if (x.Format == Format.Float32) Run(new NarrowKernel(Floats(x), Halves(y), x.Shape.Count), PartsOf(x.Shape.Count));
        else Run(new WidenKernel(Halves(x), Floats(y), x.Shape.Count), PartsOf(x.Shape.Count));
    }

    readonly unsafe struct NarrowKernel(float* x, ushort* y, long count) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long i = (long)part * ElementsPerPart, end = Math.Min(count, i + ElementsPerPart);
            for (; i + 16 <= end; i += 16)
                Vector256.Narrow(Round(Vector256.Load((uint*)x + i)), Round(Vector256.Load((uint*)x + i + 8))).Store(y + i);
            for (; i < end; i++) y[i] = BFloat16.Round(x[i]);
        }

        static Vector256<uint> Round(Vector256<uint> bits)
        {
            Vector256<uint> upper = bits >> 16, rounded = (bits + Vector256.Create(0x7FFFu) + (upper & Vector256<uint>.One)) >> 16;
            Vector256<uint> isNaN = Vector256.GreaterThan(bits & Vector256.Create(0x7FFFFFFFu), Vector256.Create(0x7F800000u));
            return Vector256.ConditionalSelect(isNaN, upper | Vector256.Create(0x40u), rounded);
        }
    }

    readonly unsafe struct WidenKernel(ushort* x, float* y, long count) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long i = (long)part * ElementsPerPart, end = Math.Min(count, i + ElementsPerPart);
            for (; i + 16 <= end; i += 16)
            {
                (Vector256<uint> lower, Vector256<uint> upper) = Vector256.Widen(Vector256.Load(x + i));
                (lower << 16).Store((uint*)y + i);
                (upper << 16).Store((uint*)y + i + 8);
            }
            for (; i < end; i++) y[i] = BFloat16.Widen(x[i]);
        }
    }
}
