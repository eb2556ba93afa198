using System.Runtime.Intrinsics;

namespace NativeSsl;

/// <summary>Sums and updates of rows of doubles, eight lanes at a time whatever the registers, so that every machine rounds
/// alike.</summary>
static class Doubles
{
    /// <summary>Σ aᵢ bᵢ</summary>
    internal static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        Vector512<double> sum = Vector512<double>.Zero;
        int i = 0;
        for (; i + 8 <= a.Length; i += 8) sum += Vector512.Create(a[i..]) * Vector512.Create(b[i..]);
        double total = Vector512.Sum(sum);
        for (; i < a.Length; i++) total += a[i] * b[i];
        return total;
    }

    /// <summary>target + factor x, in place.</summary>
    internal static void AddScaled(Span<double> target, double factor, ReadOnlySpan<double> x)
    {
        int i = 0;
        for (; i + 8 <= x.Length; i += 8)
            (Vector512.Create<double>(target[i..]) + Vector512.Create(factor) * Vector512.Create(x[i..])).CopyTo(target[i..]);
        for (; i < x.Length; i++) target[i] += factor * x[i];
    }

    /// <summary>Turns two rows by an angle: a becomes cos a + sin b, and b becomes cos b − sin a.</summary>
    internal static void Rotate(Span<double> a, Span<double> b, double cosine, double sine)
    {
        int i = 0;
        for (; i + 8 <= a.Length; i += 8)
        {
            Vector512<double> x = Vector512.Create<double>(a[i..]), y = Vector512.Create<double>(b[i..]);
            (cosine * x + sine * y).CopyTo(a[i..]);
            (cosine * y - sine * x).CopyTo(b[i..]);
        }
        for (; i < a.Length; i++) (a[i], b[i]) = (cosine * a[i] + sine * b[i], cosine * b[i] - sine * a[i]);
    }
}
